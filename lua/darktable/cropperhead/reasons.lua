-- The program's reasons and notes in the photographer's language: each with its numbers put in.

local reasons = {}

-- Marks a text for xgettext; it is translated where it is shown.
local function N(text)
  return text
end

local SAID = {
  N"levels the horizon by %s degrees",
  N"keeps the face",
  N"keeps both faces",
  N"keeps all %s faces",
  N"keeps the main face",
  N"keeps the %s main faces",
  N"keeps the subject whole",
  N"brings the subject closer",
  N"puts the subject on the left third",
  N"puts the subject on the right third",
  N"centres the subject",
  N"fits %s, as asked",
  N"trims %s %% of the frame",
  N"removes the bright left edge",
  N"removes the bright right edge",
  N"removes the bright top edge",
  N"removes the bright bottom edge",
  N"removes the dark left edge",
  N"removes the dark right edge",
  N"removes the dark top edge",
  N"removes the dark bottom edge",
  N"removes the bright top left corner",
  N"removes the bright top right corner",
  N"removes the bright bottom left corner",
  N"removes the bright bottom right corner",
  N"trims empty space on the left",
  N"trims empty space on the right",
  N"trims empty space at the top",
  N"trims empty space at the bottom",
  N"removes clutter on the left",
  N"removes clutter on the right",
  N"removes clutter at the top",
  N"removes clutter at the bottom",
  N"no crop gains enough over the whole frame",
  N"every crop of this shape would cut a face",
  N"nothing in the picture tells for sure what is level",
  N"level already, as far as can be told",
  N"the camera was tilted by %s degrees, so the tilt is taken as meant",
  N"tilted by %s degrees, more than the %s that may be levelled",
  N"levelling it would cut a face",
  N"it is only %s pixels",
  N"it is a panorama",
  N"there is nothing to see",
  N"it is noise",
}

-- Notes that tell of no tilt; any other beside a crop tells of one that is left.
local NO_TILT = {
  [""] = true,
  ["nothing in the picture tells for sure what is level"] = true,
  ["level already, as far as can be told"] = true,
}

-- A text with %s as a pattern that finds what stands there.
local function pattern(text)
  local escaped = text:gsub("%%%%", "\0"):gsub("%%s", "\1"):gsub("%p", "%%%0")
  return "^" .. escaped:gsub("\0", "%%%%"):gsub("\1", "(.-)") .. "$"
end

local PATTERNS = {}
for i, text in ipairs(SAID) do
  PATTERNS[i] = pattern(text)
end

-- The reason as _ translates it; as it came when it is not one of those known here.
function reasons.translated(_, said)
  for i, text in ipairs(SAID) do
    local numbers = { said:match(PATTERNS[i]) }
    if #numbers > 0 then
      return text:find("%", 1, true) and string.format(_(text), table.unpack(numbers)) or _(text)
    end
  end
  return said
end

-- Whether the note beside a crop says why the photo stays tilted.
function reasons.tells_of_tilt(note)
  return not NO_TILT[note]
end

return reasons
