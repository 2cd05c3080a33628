-- What frames a photo in a sidecar that darktable wrote: enough to see whether somebody changed it.

local framing = {}

local MODULES = { crop = true, ashift = true, clipping = true }

-- The entries of the modules that frame the photo, as they stand there; "" if there are none.
function framing.of(sidecar)
  local entries = {}
  local history = sidecar:match("<darktable:history>.-</darktable:history>") or ""
  for entry in history:gmatch("<rdf:li(.-)/>") do
    if MODULES[entry:match('darktable:operation="([^"]*)"') or ""] then
      entries[#entries + 1] = (entry:gsub('darktable:num="%d+"', ""):gsub("%s+", " "))
    end
  end
  return table.concat(entries, "\n")
end

return framing
