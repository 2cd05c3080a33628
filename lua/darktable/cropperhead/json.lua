-- Reads one line of the program's JSON.

local number = require((...):gsub("json$", "number"))

local json = { null = setmetatable({}, { __tostring = function() return "null" end }) }

local DEEPEST = 32
local ESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/",
  b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}
local WORDS = { ["true"] = true, ["false"] = false, ["null"] = json.null }

local function fail(text, at, expected)
  error({ message = string.format("expected %s at %d of: %s", expected, at, text:sub(1, 60)) }, 0)
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

-- The characters of a \u escape. A lone surrogate U+DC80 to U+DCFF is a byte that is no UTF-8:
-- docs/protocol.md.
local function unescaped(text, at)
  local code = tonumber(text:match("^%x%x%x%x", at) or fail(text, at, "four hex digits"), 16)
  local low = tonumber(text:match("^\\u(%x%x%x%x)", at + 4) or "", 16)
  if code >= 0xD800 and code < 0xDC00 and low and low >= 0xDC00 and low < 0xE000 then
    return utf8.char(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), at + 10
  end
  if code >= 0xDC80 and code <= 0xDCFF then
    return string.char(code - 0xDC00), at + 4
  end
  return utf8.char(code), at + 4
end

local function string_at(text, at)
  local parts = {}
  at = at + 1
  while true do
    local stop = text:find('[\0-\31"\\]', at) or fail(text, at, "the end of a string")
    parts[#parts + 1] = text:sub(at, stop - 1)
    local sign = text:sub(stop, stop)
    if sign == '"' then
      return table.concat(parts), stop + 1
    elseif sign ~= "\\" then
      fail(text, stop, "no control character in a string")
    end
    local letter = text:sub(stop + 1, stop + 1)
    if letter == "u" then
      parts[#parts + 1], at = unescaped(text, stop + 2)
    else
      parts[#parts + 1] = ESCAPES[letter] or fail(text, stop, "an escape")
      at = stop + 2
    end
  end
end

local value_at

local function array_at(text, at, depth)
  local items = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then
    return items, at + 1
  end
  while true do
    items[#items + 1], at = value_at(text, at, depth)
    at = skip(text, at)
    local sign = text:sub(at, at)
    if sign == "]" then
      return items, at + 1
    elseif sign ~= "," then
      fail(text, at, ", or ]")
    end
    at = at + 1
  end
end

local function object_at(text, at, depth)
  local fields = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then
    return fields, at + 1
  end
  while true do
    at = skip(text, at)
    local key
    if text:sub(at, at) ~= '"' then
      fail(text, at, "a name")
    end
    key, at = string_at(text, at)
    at = skip(text, at)
    if text:sub(at, at) ~= ":" then
      fail(text, at, ":")
    end
    fields[key], at = value_at(text, at + 1, depth)
    at = skip(text, at)
    local sign = text:sub(at, at)
    if sign == "}" then
      return fields, at + 1
    elseif sign ~= "," then
      fail(text, at, ", or }")
    end
    at = at + 1
  end
end

local function number_at(text, at)
  local digits = text:match("^%-?%d+%.?%d*[eE]?[+-]?%d*", at) or fail(text, at, "a value")
  local value = number.value(digits) or fail(text, at, "a number")
  return value, at + #digits
end

function value_at(text, at, depth)
  at = skip(text, at)
  local sign = text:sub(at, at)
  if depth > DEEPEST then
    fail(text, at, "less deep nesting")
  elseif sign == "{" then
    return object_at(text, at, depth + 1)
  elseif sign == "[" then
    return array_at(text, at, depth + 1)
  elseif sign == '"' then
    return string_at(text, at)
  end
  local word = text:match("^%l+", at)
  if WORDS[word] ~= nil then
    return WORDS[word], at + #word
  end
  return number_at(text, at)
end

-- The value that the text says, numbers as doubles; nil and a message if it is no JSON.
function json.decode(text)
  local ok, value, at = pcall(value_at, text, 1, 0)
  if not ok then
    return nil, type(value) == "table" and value.message or tostring(value)
  end
  if skip(text, at) <= #text then
    return nil, "expected one value on a line, got more: " .. text:sub(1, 60)
  end
  return value
end

return json
