-- Brings steps into a photo's history, and keeps its tags. `dt` is darktable.

local style = require((...):gsub("delivery$", "style"))

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
  local file = assert(io.open(path, "wb"))
  file:write(style.text(NAME, steps))
  file:close()
  dt.styles.import(path)
  os.remove(path)
  return assert(found(dt), "darktable did not take the style with the crop")
end

-- Append these steps to the photo's history, by a style that is there for this moment only.
function delivery.append(dt, image, steps)
  local one = imported(dt, steps)
  image:apply_style(one)
  one:delete()
  local tag = dt.tags.find("darktable|style|" .. NAME)
  if tag then
    tag:delete()
  end
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

-- Make darktable write what was done in the darkroom to the sidecar: showing a photo again does.
function delivery.flush(dt, images)
  if dt.gui.current_view().id ~= "darkroom" then
    return
  end
  local shown = dt.gui.views.darkroom.display_image()
  for _, image in ipairs(images) do
    if shown and image.id == shown.id then
      dt.gui.views.darkroom.display_image(shown)
      dt.control.sleep(200)
    end
  end
end

return delivery
