-- What the program's lines mean: docs/protocol.md.

local json = require((...):gsub("protocol$", "json"))

local protocol = {}

local VERSION = 1
-- Errors that say that the photographer framed the photo, which we leave alone.
local OWN = { SidecarConflict = true, NotExpressible = true }
local OPERATIONS = { crop = true, ashift = true, clipping = true }

-- Whole lines of what has come so far, and the rest that waits for its end.
function protocol.lines(text)
  local lines, at = {}, 1
  for line, after in text:gmatch("([^\n]*)\n()") do
    lines[#lines + 1] = line
    at = after
  end
  return lines, text:sub(at)
end

-- Steps are written into a file that darktable reads, so each is looked at.
local function are_steps(steps)
  if type(steps) ~= "table" or #steps == 0 then
    return false
  end
  for _, step in ipairs(steps) do
    local is_one = type(step) == "table" and OPERATIONS[step.operation]
      and type(step.version) == "number" and math.tointeger(step.version)
      and type(step.enabled) == "boolean" and type(step.params) == "string"
      and step.params:find("^%x*$")
    if not is_one then
      return false
    end
  end
  return true
end

local function are_crops(crops)
  if type(crops) ~= "table" then
    return false
  end
  for _, crop in ipairs(crops) do
    if type(crop) ~= "table" or not are_steps(crop.history) or type(crop.reasons) ~= "table" then
      return false
    end
  end
  return true
end

-- The fields of a line of our protocol; nil and a message otherwise.
local function fields(line)
  local value, why = json.decode(line)
  if type(value) ~= "table" or type(value.photo) ~= "string" then
    return nil, why or "expected an object with a photo: " .. line:sub(1, 60)
  end
  if value.version ~= VERSION then
    return nil, "expected version " .. VERSION .. " of the protocol, got another", "version"
  end
  return value
end

local function failure(value)
  local told = type(value.error) == "table" and value.error or {}
  local kind = OWN[told.type] and "kept" or "failed"
  return { kind = kind, type = told.type, message = tostring(told.message) }
end

-- An answer of `deliver`: kind is crop, left, kept (the photographer's own crop) or failed. nil and
-- a message when the line is none; then "version" if it is of another version.
function protocol.suggestion(line)
  local value, why, reason = fields(line)
  if not value then
    return nil, why, reason
  end
  if value.error ~= nil then
    return failure(value)
  end
  local is_crop = value.verdict == "crop"
  local is_whole = are_crops(value.crops) and are_steps(value.before)
  if not is_whole or (is_crop and #value.crops == 0) then
    return nil, "expected crops and steps: " .. line:sub(1, 60)
  end
  local kind = is_crop and "crop" or "left"
  local note = type(value.note) == "string" and value.note or ""
  return { kind = kind, crops = value.crops, before = value.before, note = note }
end

-- An answer of `outcome`: kind is one of its words, or failed.
function protocol.outcome(line)
  local value, why, reason = fields(line)
  if not value then
    return nil, why, reason
  end
  if value.error ~= nil then
    local answer = failure(value)
    answer.kind = "failed"
    return answer
  end
  return { kind = tostring(value.outcome) }
end

return protocol
