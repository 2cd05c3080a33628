-- Brings steps into a photo's history, and keeps its tags. `dt` is darktable.

local folder = (...):gsub("delivery$", "")
local files = require(folder .. "files")
local framing = require(folder .. "framing")
local style = require(folder .. "style")

local delivery = {}

local NAME = "CropperHead"
local DRAW_MS = 3000
local SETTLE_MS, PAUSE_MS = 2000, 20
local VIEW_MS, OPEN_MS, TRIES = 5000, 300, 3
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

-- darktable writes sidecars in a thread of its own: wait until this one is whole, or not long.
local function settle(dt, image)
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

local drawn = 0

-- To be told whenever darktable has drawn the photo of the darkroom.
function delivery.was_drawn()
  drawn = drawn + 1
end

-- Change something; in the darkroom, wait until it is drawn: darktable 4.2.1 crashes when it is to
-- load a photo anew, or to leave it, before it has finished with the last time.
local function drawing(dt, change)
  local before, waited = drawn, 0
  change()
  while dt.gui.current_view().id == "darkroom" and drawn == before and waited < DRAW_MS do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
end

local function is_shown(dt, image)
  if dt.gui.current_view().id ~= "darkroom" then
    return false
  end
  local shown = dt.gui.views.darkroom.display_image()
  return shown ~= nil and shown.id == image.id
end

-- Whether a shortcut acts on this photo: darktable takes the one that the pointer is over before
-- any that is selected, in the film strip of the darkroom, too.
local function is_met(dt, image)
  local hovered = dt.gui.hovered
  return hovered == nil or hovered.id == image.id
end

-- Apply our style to the photo in the darkroom by its shortcut, which acts in the thread of the
-- interface: apply_style changes the interface from ours, and darktable 4.2.1 may crash of it.
-- Whether the photo's sidecar says so; another darktable may name its shortcuts otherwise.
local function applied_in_darkroom(dt, image)
  local before, chosen = framing.of(files.content(image.sidecar)), dt.gui.selection()
  dt.gui.selection({ image })
  drawing(dt, function()
    if is_met(dt, image) then
      dt.gui.action("global/styles/" .. NAME, 0, "", "", 1.0)
    end
  end)
  dt.gui.selection(chosen)
  settle(dt, image)
  return framing.of(files.content(image.sidecar)) ~= before
end

local function go_to(dt, view)
  local waited = 0
  dt.gui.current_view(view)
  while dt.gui.current_view().id ~= view.id and waited < VIEW_MS do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
end

-- Apply our style to the photo of the darkroom by way of the lighttable, and come back to it.
local function applied_outside(dt, image, one)
  local chosen = dt.gui.selection()
  go_to(dt, dt.gui.views.lighttable)
  image:apply_style(one)
  settle(dt, image)
  dt.gui.selection({ image })
  drawing(dt, function() go_to(dt, dt.gui.views.darkroom) end)
  -- It opens the photo that the pointer was last over, and says so only after a while.
  for _ = 1, TRIES do
    dt.control.sleep(OPEN_MS)
    if not is_shown(dt, image) then
      drawing(dt, function() dt.gui.views.darkroom.display_image(image) end)
    end
  end
  dt.gui.selection(chosen)
end

-- Append these steps to the photo's history, by a style that is there for this moment only.
function delivery.append(dt, image, steps)
  local one = imported(dt, steps)
  if not is_shown(dt, image) then
    image:apply_style(one)
  elseif not (is_met(dt, image) and applied_in_darkroom(dt, image)) then
    applied_outside(dt, image, one)
  end
  one:delete()
  local tag = dt.tags.find("darktable|style|" .. NAME)
  if tag then
    tag:delete()
  end
  settle(dt, image)
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

-- Wait until sidecars say what the photos are. Showing the photo of the darkroom once more makes
-- darktable write what was done there.
function delivery.flush(dt, images)
  if dt.gui.current_view().id == "darkroom" then
    local shown = dt.gui.views.darkroom.display_image()
    drawing(dt, function() dt.gui.views.darkroom.display_image(shown) end)
  end
  for _, image in ipairs(images) do
    settle(dt, image)
  end
end

return delivery
