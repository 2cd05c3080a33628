-- What darktable has written of a photo: when it is whole, and what frames the photo there.

local folder = (...):gsub("sidecar$", "")
local api = require(folder .. "api")
local files = require(folder .. "files")
local framing = require(folder .. "framing")

local sidecar = {}

local SETTLE_MS, PAUSE_MS = 2000, 20
local QUEUED, QUEUE_MS = 3, 1500

-- What the sidecar holds, "" if there is none. darktable writes it in its place and in a thread of
-- its own: wait until it is whole, or not long.
local function whole(dt, image)
  local text, waited = files.read(image.sidecar), 0
  while text and not text:find("</x:xmpmeta>%s*$") and waited < SETTLE_MS do
    dt.control.sleep(PAUSE_MS)
    text, waited = files.read(image.sidecar), waited + PAUSE_MS
  end
  return text or ""
end

-- Wait until the sidecar is whole; also for one that is not there yet, but less long.
function sidecar.settle(dt, image)
  local waited = 0
  while not files.read(image.sidecar) and waited < SETTLE_MS / 4 do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
  whole(dt, image)
end

-- Wait until sidecars say what was done before. Newer darktables put photos into a queue for that,
-- which they look at once in 1 to 1.25 s (src/control/jobs/sidecar_jobs.c, in 5.0 and 5.4; the file
-- is of 2024, so 4.8, which has API 9.3, may be the first).
function sidecar.catch_up(dt)
  if api.is_at_least(dt, QUEUED) then
    dt.control.sleep(QUEUE_MS)
  end
end

-- What frames the photo, as its sidecar says.
function sidecar.framing(dt, image)
  return framing.of(whole(dt, image))
end

-- Whether its sidecar says that something frames the photo.
function sidecar.is_framed(dt, image)
  return framing.is_on(whole(dt, image))
end

return sidecar
