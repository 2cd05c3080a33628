-- What frames a photo in a sidecar that darktable wrote: enough to see whether somebody changed it.

local framing = {}

local MODULES = { crop = true, ashift = true, clipping = true }

-- The entries of the modules that frame the photo, each with its module, in their order. What lies
-- beyond the end of the history was undone.
local function entries_of(sidecar)
  local entries = {}
  local ends = tonumber(sidecar:match('darktable:history_end="(%d+)"')) or math.huge
  local history = sidecar:match("<darktable:history>.-</darktable:history>") or ""
  for entry in history:gmatch("<rdf:li(.-)/>") do
    local module = entry:match('darktable:operation="([^"]*)"')
    local number = tonumber(entry:match('darktable:num="(%d+)"')) or 0
    if MODULES[module or ""] and number < ends then
      entries[#entries + 1] = { module = module, text = entry }
    end
  end
  return entries
end

-- The entries of the modules that frame the photo, as they stand there; "" if there are none.
function framing.of(sidecar)
  local texts = {}
  for i, entry in ipairs(entries_of(sidecar)) do
    texts[i] = entry.text:gsub('darktable:num="%d+"', ""):gsub("%s+", " ")
  end
  return table.concat(texts, "\n")
end

-- Whether a module that frames the photo is on: the last entry of each says so.
function framing.is_on(sidecar)
  local on = {}
  for _, entry in ipairs(entries_of(sidecar)) do
    on[entry.module] = entry.text:find('darktable:enabled="1"', 1, true) and true or nil
  end
  return next(on) ~= nil
end

return framing
