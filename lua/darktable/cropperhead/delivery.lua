-- Brings steps into a photo's history, and keeps its tags. `dt` is darktable.

local folder = (...):gsub("delivery$", "")
local darkroom = require(folder .. "darkroom")
local files = require(folder .. "files")
local sidecar = require(folder .. "sidecar")
local style = require(folder .. "style")

local delivery = {}

local NAME = "CropperHead"
local TAGS = { "suggested", "accepted", "adjusted", "rejected", "left" }

local function found(dt)
  for _, one in ipairs(dt.styles) do
    if one.name == NAME then
      return one
    end
  end
end

-- darktable does not replace a style of the same name: an old one of ours must go first.
local function imported(dt, steps)
  local old = found(dt)
  if old then
    old:delete()
  end
  local path = dt.configuration.cache_dir .. "/" .. NAME .. ".dtstyle"
  files.write(path, style.text(NAME, steps))
  dt.styles.import(path)
  os.remove(path)
  return assert(found(dt), "darktable did not take the style with the crop")
end

-- Append these steps to the photo's history, by a style that is there for this moment only. Not by
-- image:apply_sidecar (API 9.5, src/lua/image.c): it puts the sidecar in the place of the history,
-- from our thread.
function delivery.append(dt, image, steps)
  local one = imported(dt, steps)
  if darkroom.is_shown(dt, image) then
    darkroom.apply(dt, image, one)
  else
    image:apply_style(one)
  end
  one:delete()
  local tag = dt.tags.find("darktable|style|" .. NAME)
  if tag then
    tag:delete()
  end
  sidecar.settle(dt, image)
end

-- Tag the photo cropperhead|name, and with no other of our tags; nil takes them all.
function delivery.tag(dt, image, name)
  for _, other in ipairs(TAGS) do
    local tag = dt.tags.find("cropperhead|" .. other)
    if tag and other ~= name then
      dt.tags.detach(tag, image)
    end
  end
  if name then
    dt.tags.attach(dt.tags.create("cropperhead|" .. name), image)
  end
end

-- Whether the photo is tagged cropperhead|name.
function delivery.is_tagged(image, name)
  for _, tag in ipairs(image:get_tags()) do
    if tag.name == "cropperhead|" .. name then
      return true
    end
  end
  return false
end

-- Wait until sidecars say what the photos are.
function delivery.flush(dt, images)
  if dt.gui.current_view().id == "darkroom" then
    darkroom.show_again(dt)
  end
  sidecar.catch_up(dt)
  for _, image in ipairs(images) do
    sidecar.settle(dt, image)
  end
end

return delivery
