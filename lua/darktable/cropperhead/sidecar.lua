-- What darktable has written of a photo: when it is whole, and what frames the photo there.

local folder = (...):gsub("sidecar$", "")
local files = require(folder .. "files")
local framing = require(folder .. "framing")

local sidecar = {}

local SETTLE_MS, PAUSE_MS = 2000, 20

-- darktable writes sidecars in a thread of its own: wait until this one is whole, or not long.
function sidecar.settle(dt, image)
  local waited = 0
  while waited < SETTLE_MS do
    local text = files.content(image.sidecar)
    if text:find("</x:xmpmeta>%s*$") or (text == "" and waited > SETTLE_MS / 4) then
      return
    end
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
end

-- What frames the photo, as its sidecar says.
function sidecar.framing(image)
  return framing.of(files.content(image.sidecar))
end

-- Whether its sidecar says that something frames the photo.
function sidecar.is_framed(image)
  return framing.is_on(files.content(image.sidecar))
end

return sidecar
