-- Steps of a history as a style, which darktable imports and applies.

local style = {}

-- No blending, as darktable 4.2 writes it.
local BLENDING = "gz14eJxjYIAACQYYOOHEgAZY0QVwggZ7CB6pfNoAAE8gGQg="
local HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<darktable_style version="1.0">\n'
  .. "<info><name>%s</name><description></description></info>\n<style>\n"
local STEP = "<plugin><num>%d</num><module>%d</module><operation>%s</operation>"
  .. "<op_params>%s</op_params><enabled>%d</enabled>"
  .. "<blendop_params>" .. BLENDING .. "</blendop_params><blendop_version>11</blendop_version>"
  .. "<multi_priority>0</multi_priority><multi_name></multi_name></plugin>\n"
local TAIL = "</style>\n</darktable_style>\n"

-- The text of a .dtstyle file of this name, which is one of ours and needs no escapes.
function style.text(name, steps)
  local parts = { string.format(HEAD, name) }
  for i, step in ipairs(steps) do
    local enabled = step.enabled and 1 or 0
    local version = math.tointeger(step.version)
    parts[#parts + 1] = string.format(STEP, i - 1, version, step.operation, step.params, enabled)
  end
  parts[#parts + 1] = TAIL
  return table.concat(parts)
end

return style
