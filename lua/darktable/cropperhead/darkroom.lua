-- Applies a style to the photo that is open in the darkroom, where darktable is easily upset.
-- `dt` is darktable.

local folder = (...):gsub("darkroom$", "")
local api = require(folder .. "api")
local sidecar = require(folder .. "sidecar")

local darkroom = {}

local DRAW_MS, WRITE_MS, PAUSE_MS = 3000, 3000, 20
local VIEW_MS, OPEN_MS, TRIES = 5000, 300, 3
local SAFE = 4
local FRAMING = { "crop", "ashift", "clipping" }
local drawn, drawn_by_us = 0, nil

-- To be told whenever darktable has drawn the photo of the darkroom.
function darkroom.was_drawn()
  drawn = drawn + 1
end

-- To be told that we are done with the photo: what is drawn from now on is somebody else's doing.
function darkroom.rest()
  drawn_by_us = drawn
end

-- Whether this photo is the one that is open.
function darkroom.is_shown(dt, image)
  if dt.gui.current_view().id ~= "darkroom" then
    return false
  end
  local shown = dt.gui.views.darkroom.display_image()
  return shown ~= nil and shown.id == image.id
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

-- Show the photo of the darkroom once more, which makes darktable write what was done there.
function darkroom.show_again(dt)
  local shown = dt.gui.views.darkroom.display_image()
  drawing(dt, function() dt.gui.views.darkroom.display_image(shown) end)
end

-- Whether styles.apply may be called here. In darktable 4.2.1 it changes the interface from our
-- thread, which may crash it. Later it runs in the interface's own, and treats the photo of the
-- darkroom as the darkroom's button for styles does: dt_lua_gtk_wrap around dt_lua_style_apply in
-- src/lua/styles.c, read in API 9.7 (darktable 5.6); that it waits for the interface was told of
-- API 9.4 (5.0, darktable issue 18268) and 9.6 (5.4, lua-scripts issue 664). image:apply_style is
-- the same function without that, in all of them.
local function has_safe_apply(dt)
  return api.is_at_least(dt, SAFE)
end

-- Whether a module is open that frames the photo: what is done there may be told only later.
local function is_framing(dt)
  for _, module in ipairs(FRAMING) do
    -- No number for a size asks what it is.
    if dt.gui.action("iop/" .. module, 0, "focus", "", 0 / 0) == 1 then
      return true
    end
  end
  return false
end

-- Whether nothing was done to the photo since. Not to be known of darktable 4.2, where an edit that
-- is not drawn yet might be lost if it is not written before ours.
function darkroom.is_at_rest(dt)
  return has_safe_apply(dt) and drawn == drawn_by_us and not is_framing(dt)
end

-- A shortcut acts on the photo that the pointer is over before any that is selected, in the film
-- strip of the darkroom, too.
local function is_met(dt, image)
  local hovered = dt.gui.hovered
  return hovered == nil or hovered.id == image.id
end

local function go_to(dt, view)
  local waited = 0
  dt.gui.current_view(view)
  while dt.gui.current_view().id ~= view.id and waited < VIEW_MS do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
end

local function applied(dt, image, one)
  drawing(dt, function() pcall(dt.styles.apply, one, image) end)
end

-- By the style's shortcut, which acts in the thread of the interface, too.
local function applied_by_shortcut(dt, image, one)
  local chosen = dt.gui.selection()
  dt.gui.selection({ image })
  drawing(dt, function()
    if is_met(dt, image) then
      dt.gui.action("global/styles/" .. one.name, 0, "", "", 1.0)
    end
  end)
  dt.gui.selection(chosen)
end

-- By way of the lighttable, and back to the photo.
local function applied_outside(dt, image, one)
  local chosen = dt.gui.selection()
  go_to(dt, dt.gui.views.lighttable)
  image:apply_style(one)
  sidecar.settle(dt, image)
  dt.gui.selection({ image })
  drawing(dt, function() go_to(dt, dt.gui.views.darkroom) end)
  -- It opens the photo that the pointer was last over, and says so only after a while.
  for _ = 1, TRIES do
    dt.control.sleep(OPEN_MS)
    if not darkroom.is_shown(dt, image) then
      drawing(dt, function() dt.gui.views.darkroom.display_image(image) end)
    end
  end
  dt.gui.selection(chosen)
end

-- Do it in this way; whether the photo's sidecar says so before long.
local function works(way, dt, image, one)
  local before, waited = sidecar.framing(dt, image), 0
  way(dt, image, one)
  while sidecar.framing(dt, image) == before and waited < WRITE_MS do
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
  end
  return sidecar.framing(dt, image) ~= before
end

-- Apply this style to the open photo, in the first way that works here.
function darkroom.apply(dt, image, one)
  if has_safe_apply(dt) and works(applied, dt, image, one) then
    return
  elseif is_met(dt, image) and works(applied_by_shortcut, dt, image, one) then
    return
  end
  applied_outside(dt, image, one)
end

return darkroom
