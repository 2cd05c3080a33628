-- Numbers as text with a dot, whatever the locale says; every bit survives the way there and back.

local number = {}

-- What the locale puts between the units and the tenths: a German one puts a comma.
local function separator()
  return string.format("%.1f", 0.5):sub(2, -2)
end

-- The number as text; 17 digits are enough for every double.
function number.text(value)
  if math.type(value) == "integer" then
    return string.format("%d", value)
  end
  local text = string.format("%.17g", value)
  local start, stop = text:find(separator(), 1, true)
  if start then
    text = text:sub(1, start - 1) .. "." .. text:sub(stop + 1)
  end
  return text
end

-- The number that a text with a dot says, as a double; nil if it says none.
function number.value(text)
  if not text:find("^%-?%d+%.?%d*[eE]?[+-]?%d*$") then
    return nil
  end
  local value = tonumber(text) or tonumber((text:gsub("%.", separator())))
  return math.type(value) == "integer" and value + 0.0 or value -- -0.0 + 0.0 would lose its sign
end

return number
