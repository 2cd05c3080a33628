-- What was suggested for which photo while darktable runs, and how we left the photo framed.

local folder = (...):gsub("memory$", "")
local sidecar = require(folder .. "sidecar")

local memory = {}

local WRITE_MS, PAUSE_MS = 4000, 20

-- A memory of nothing.
function memory.new()
  return {}
end

-- Whether the sidecars of all photos say how we left them framed. darktable may write that only
-- after a while: what first differs from before is it.
local function are_written(store)
  local are_all = true
  for _, kept in pairs(store) do
    if kept.framing == nil then
      local now = sidecar.framing(kept.image)
      kept.framing = now ~= kept.before and now or nil
      are_all = are_all and kept.framing ~= nil
    end
  end
  return are_all
end

-- Remember this suggestion, and which of its crops the photo has now: 0 for none. before is what
-- framed the photo before it was changed for this; nil where it was not.
function memory.keep(store, image, answer, index, before)
  local framing = before == nil and sidecar.framing(image) or nil
  store[image.id] = {
    image = image, answer = answer, index = index, framing = framing, before = before,
  }
  are_written(store)
end

-- The suggestion for this photo, if its framing is still as we left it; else nil.
function memory.known(store, image)
  are_written(store)
  local kept = store[image.id]
  local is_ours = kept and (kept.framing == nil or kept.framing == sidecar.framing(image))
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
function memory.settle(dt, store)
  local waited = 0
  while not are_written(store) and waited < WRITE_MS do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
  for _, kept in pairs(store) do
    kept.framing = kept.framing or kept.before
  end
end

-- Whether anything was suggested for this photo since darktable started.
function memory.has(store, image)
  return store[image.id] ~= nil
end

-- Forget what was suggested for this photo.
function memory.forget(store, image)
  store[image.id] = nil
end

return memory
