-- What was suggested for which photo while darktable runs, and how we left the photo framed.

local folder = (...):gsub("memory$", "")
local sidecar = require(folder .. "sidecar")

local memory = {}

local WRITE_MS, PAUSE_MS = 4000, 20

-- A memory of nothing, for this darktable.
function memory.new(dt)
  return { dt = dt, photos = {} }
end

-- What is kept of photos whose sidecars do not say yet how we left them. In a list of its own:
-- others may change the memory while we wait.
local function unwritten(store)
  local found = {}
  for _, kept in pairs(store.photos) do
    found[#found + 1] = kept.framing == nil and kept or nil
  end
  return found
end

-- Look whether darktable has written how we left the photos, which it may do only after a while:
-- what first differs from before is it. Whether all are written.
local function are_written(store)
  for _, kept in ipairs(unwritten(store)) do
    local now = sidecar.framing(store.dt, kept.image)
    kept.framing = now ~= kept.before and now or nil
  end
  return #unwritten(store) == 0
end

-- Remember this suggestion, and which of its crops the photo has now: 0 for none. before is what
-- framed the photo before it was changed for this; nil where it was not.
function memory.keep(store, image, answer, index, before)
  local framing = before == nil and sidecar.framing(store.dt, image) or nil
  store.photos[image.id] = {
    image = image, answer = answer, index = index, framing = framing, before = before,
  }
  are_written(store)
end

-- The suggestion for this photo, if its framing is still as we left it; else nil.
function memory.known(store, image)
  are_written(store)
  local kept = store.photos[image.id]
  local is_ours = kept
    and (kept.framing == nil or kept.framing == sidecar.framing(store.dt, image))
  return is_ours and kept or nil
end

-- Whether each of these photos is known.
function memory.knows(store, images)
  for _, image in ipairs(images) do
    if not memory.known(store, image) then
      return false
    end
  end
  return true
end

-- Wait until darktable has written how we left all photos framed, or not long: whatever is written
-- later is somebody's own.
function memory.settle(store)
  local waited = 0
  while not are_written(store) and waited < WRITE_MS do
    store.dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
  for _, kept in ipairs(unwritten(store)) do
    kept.framing = kept.before
  end
end

-- Whether anything was suggested for this photo since darktable started.
function memory.has(store, image)
  return store.photos[image.id] ~= nil
end

-- Forget what was suggested for this photo.
function memory.forget(store, image)
  store.photos[image.id] = nil
end

return memory
