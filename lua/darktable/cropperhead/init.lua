-- CropperHead in darktable: a panel in lighttable and darkroom that suggests crops.

local dt = require "darktable"

local folder = (...):gsub("init$", "")
local actions = require(folder .. "actions")
local darkroom = require(folder .. "darkroom")
local delivery = require(folder .. "delivery")
local memory = require(folder .. "memory")
local panel = require(folder .. "panel")
local settings = require(folder .. "settings")

local MODULE = "cropperhead"
local API = 9
local CROPS = 5
local FLUSH_S, DRAWN_MS = 2, 700
local EVENTS = {
  "view-changed", "darkroom-image-history-changed", "pixelpipe-processing-complete",
}

local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
dt.gettext.bindtextdomain(MODULE, here .. "locale")

local function _(text)
  return dt.gettext.dgettext(MODULE, text)
end

assert(dt.configuration.api_version_major >= API, "CropperHead needs darktable 4.2 or newer")

local has_program, installed = pcall(require, folder .. "program")
settings.register(dt, _, has_program and installed or "cropperhead")

local app = { dt = dt, _ = _, memory = memory.new(dt), busy = false, flushed = 0 }
app.stop = function() end
local shown

-- Show this in the panel. It waits for the interface, which would fall behind in a batch: what
-- darktable redraws for each photo costs it more than the photo costs us.
function app.show(text)
  shown.say(text)
end

function app.say(text)
  app.show(text)
  dt.print(text)
end

function app.patience()
  return settings.read(dt).patience
end

-- A Flatpak starts programs of the machine outside through a messenger.
function app.program()
  local program = settings.read(dt).program
  if os.getenv("FLATPAK_ID") then
    return { "flatpak-spawn", "--host", program }
  end
  return { program }
end

function app.wishes()
  local wishes = shown.wishes()
  wishes.crops = CROPS
  return wishes
end

-- The photo in the darkroom; in the lighttable those selected, else the one under the pointer.
local function meant()
  if dt.gui.current_view().id == "darkroom" then
    return { dt.gui.views.darkroom.display_image() }
  end
  local selected = dt.gui.selection()
  return #selected > 0 and selected or { dt.gui.hovered }
end

-- Whether these photos are as we left them, and nobody is at work on them in the darkroom.
local function are_ours(images)
  local is_at_rest = dt.gui.current_view().id == "lighttable" or darkroom.is_at_rest(dt)
  return is_at_rest and memory.knows(app.memory, images)
end

-- To be told that an action is done, which darktable draws and writes only after a while.
local function rest()
  darkroom.rest()
  dt.control.sleep(DRAWN_MS)
  if not app.busy then
    darkroom.rest()
  end
  memory.settle(app.memory)
end

-- Do this with the photos that are meant, in a thread of its own, one thing at a time.
local function act(work, ...)
  local more = { ... }
  return function()
    local images = meant()
    if app.busy then
      app.say(_("Still at work; the progress bar at the bottom left can stop it."))
    elseif not settings.has_sidecars(dt) then
      app.say(_("Switch on sidecar files in the preferences, storage: crops are read there."))
    elseif #images == 0 then
      app.say(_("Select photos first."))
    else
      app.busy = true
      dt.control.dispatch(function()
        local ok, why = pcall(function()
          app.flushed = os.time()
          memory.settle(app.memory)
          if not (work == actions.step and are_ours(images)) then
            delivery.flush(dt, images)
          end
          work(app, images, table.unpack(more))
        end)
        app.busy, app.flushed = false, os.time()
        if not ok then
          app.say(tostring(why))
        end
        rest()
      end)
    end
  end
end

local acts = {
  suggest = act(actions.suggest),
  next = act(actions.step, 1),
  previous = act(actions.step, -1),
  accept = act(actions.accept),
  reject = act(actions.reject),
  stop = function() app.stop() end,
}
shown = panel.new(dt, _, acts, settings.read(dt))

-- darktable tells when a photo in the darkroom is left; after showing it again ourselves, too.
local function left(_, image)
  if not app.busy and os.time() - app.flushed > FLUSH_S then
    dt.control.dispatch(actions.leave, app, image)
  end
end

local has_panel = false

local function add_panel()
  has_panel = true -- before the panel is there: placing it changes the view
  local place = { "DT_UI_CONTAINER_PANEL_RIGHT_CENTER", 100 }
  local views = { [dt.gui.views.lighttable] = place, [dt.gui.views.darkroom] = place }
  dt.register_lib(MODULE, "CropperHead", true, false, views, shown.widget, nil, nil)
end

local SHORTCUTS = {
  suggest = _("CropperHead: suggest a crop"),
  next = _("CropperHead: next crop"),
  previous = _("CropperHead: previous crop"),
  accept = _("CropperHead: accept the crop"),
  reject = _("CropperHead: reject the crop"),
  stop = _("CropperHead: stop"),
}

local function start()
  for name, label in pairs(SHORTCUTS) do
    dt.register_event(MODULE .. "_" .. name, "shortcut", acts[name], label)
  end
  dt.register_event(MODULE, "darkroom-image-history-changed", left)
  dt.register_event(MODULE, "pixelpipe-processing-complete", darkroom.was_drawn)
  -- A panel can be registered in the lighttable only.
  dt.register_event(MODULE, "view-changed", function(_, _, new)
    if not has_panel and new.id == "lighttable" then
      add_panel()
    end
  end)
  if dt.gui.current_view().id == "lighttable" and not has_panel then
    add_panel()
  end
end

local function stop()
  for name in pairs(SHORTCUTS) do
    dt.destroy_event(MODULE .. "_" .. name, "shortcut")
  end
  for _, event in ipairs(EVENTS) do
    dt.destroy_event(MODULE, event)
  end
end

start()

local function show(is_visible)
  if has_panel then
    dt.gui.libs[MODULE].visible = is_visible
  end
end

return {
  metadata = {
    name = "CropperHead",
    purpose = _("suggest how to crop and straighten photos"),
    author = "CropperHead",
    help = "docs/darktable.md",
  },
  destroy = function()
    show(false)
    stop()
  end,
  destroy_method = "hide",
  restart = function()
    start()
    show(true)
  end,
  show = function() show(true) end,
  -- For other scripts: what the buttons do by name, and whether something is going on.
  actions = acts,
  is_busy = function() return app.busy end,
}
