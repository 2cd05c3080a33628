-- What was suggested for which photo while darktable runs, and how we left the photo framed.

local folder = (...):gsub("memory$", "")
local files = require(folder .. "files")
local framing = require(folder .. "framing")

local memory = {}

local function framing_of(image)
  return framing.of(files.content(image.sidecar))
end

-- A memory of nothing.
function memory.new()
  return {}
end

-- Remember this suggestion, and which of its crops the photo has now: 0 for none.
function memory.keep(store, image, answer, index)
  store[image.id] = { answer = answer, index = index, framing = framing_of(image) }
end

-- The suggestion for this photo, if its framing is still as we left it; else nil.
function memory.known(store, image)
  local kept = store[image.id]
  return kept and kept.framing == framing_of(image) and kept or nil
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
