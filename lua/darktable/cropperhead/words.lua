-- What the panel says, in sentences; _ translates.

local folder = (...):gsub("words$", "")
local batch = require(folder .. "batch")
local reasons = require(folder .. "reasons")

local words = {}

-- Marks a text for xgettext; it is translated where it is said.
local function N(text)
  return text
end

local COUNTED = {
  applied = N"cropped: %d",
  left = N"best left as they are: %d",
  accepted = N"accepted: %d",
  adjusted = N"your own crops noted: %d",
  rejected = N"rejected, as before: %d",
  untouched = N"noted: %d",
  inexpressible = N"perspective changed: %d",
  bare = N"no suggested crop to take away: %d",
  kept = N"skipped because of your own crop: %d",
  failed = N"failed: %d",
}

local ENDINGS = {
  cancelled = N"Stopped; what was cropped until then stays.",
  hanging = N"cropperhead gave no answer for %d seconds, so it was stopped.",
  rubbish = N"cropperhead said something that this panel does not understand.",
  version = N"cropperhead and this panel do not fit together: install the panel again.",
  missing = N"cropperhead was not found: name its place in the preferences, Lua options.",
  old = N"This cropperhead is too old for the panel: update it.",
  stopped = N"cropperhead ended before it was done.",
}

local OUTCOMES = {
  accepted = N"Accepted.",
  adjusted = N"Your own crop is noted.",
  rejected = N"Rejected; the photo is as before.",
  untouched = N"Noted.",
  inexpressible = N"The perspective was changed, which no crop can say.",
}

local function translated(_, list)
  local said = {}
  for i, reason in ipairs(list) do
    said[i] = reasons.translated(_, reason)
  end
  return table.concat(said, ", ")
end

local function left(_, note)
  if note == "" then
    return _("Best left as it is.")
  end
  return string.format(_("Best left as it is: %s."), reasons.translated(_, note))
end

local function tilt(_, note)
  if not reasons.tells_of_tilt(note) then
    return ""
  end
  return "\n" .. string.format(_("Not levelled: %s."), reasons.translated(_, note))
end

-- One photo's suggestion: which of the crops this is, its shape, and why; and why a tilt is left
-- (the note of a photo that is best left says why that is).
function words.suggestion(_, answer, index)
  local crop = answer.crops[index]
  if not crop then
    return left(_, answer.note)
  end
  local place = string.format(_("Crop %d of %d"), index, #answer.crops)
  local shape = crop.aspect == "original" and _("original ratio") or tostring(crop.aspect)
  local why = translated(_, crop.reasons)
  local said = string.format("%s, %s%s", place, shape, why ~= "" and ": " .. why or "")
  return answer.kind == "left" and said or said .. tilt(_, answer.note)
end

-- A photo that was left alone, and why.
function words.kept(_, answer)
  if answer.type == "NotExpressible" then
    return _("Left alone: its perspective was changed, which no crop can say.")
  end
  return _("Left alone: it has a crop of your own.")
end

-- What a batch came to.
function words.summary(_, state)
  local said = {}
  for i, count in ipairs(batch.counts(state)) do
    said[i] = string.format(_(COUNTED[count[1]]), count[2])
  end
  local text = table.concat(said, ", ")
  text = text:gsub("^%l", string.upper)
  return state.failed > 0 and text .. " (" .. state.message .. ")" or text
end

-- How a run ended that did not go well, and what the program said.
function words.ending(_, word, detail, seconds)
  local said = string.format(_(ENDINGS[word]), seconds)
  return detail ~= "" and said .. "\n" .. detail or said
end

-- What became of a suggestion.
function words.outcome(_, kind)
  return OUTCOMES[kind] and _(OUTCOMES[kind]) or kind
end

-- The text in lines of at most this many characters, broken at spaces, or wherever none is.
function words.wrapped(text, width)
  local lines = {}
  for paragraph in (text .. "\n"):gmatch("([^\n]*)\n") do
    local line = ""
    for word in paragraph:gmatch("%S+") do
      local longer = line == "" and word or line .. " " .. word
      if (utf8.len(longer) or #longer) <= width or line == "" then
        line = longer
      else
        lines[#lines + 1] = line
        line = word
      end
    end
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n")
end

return words
