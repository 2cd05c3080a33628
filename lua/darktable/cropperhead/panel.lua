-- The panel: buttons, choices and a line that says what was suggested and why. `dt` is darktable.

local folder = (...):gsub("panel$", "")
local settings = require(folder .. "settings")
local words = require(folder .. "words")

local panel = {}

local WIDTH = 42

local function button(dt, label, tooltip, act)
  return dt.new_widget("button") { label = label, tooltip = tooltip, clicked_callback = act }
end

local function row(dt, ...)
  return dt.new_widget("box") { orientation = "horizontal", ... }
end

local function ratio_box(dt, _, first)
  local names = { original = _("original"), free = _("free") }
  local shown, selected = {}, 1
  for i, ratio in ipairs(settings.RATIOS) do
    shown[i] = names[ratio] or ratio
    selected = ratio == first and i or selected
  end
  return dt.new_widget("combobox") {
    label = _("ratio"),
    tooltip = _("the aspect ratio that the crop is to have"),
    selected = selected,
    table.unpack(shown),
  }
end

local function check(dt, label, tooltip, value)
  return dt.new_widget("check_button") { label = label, tooltip = tooltip, value = value }
end

local function slider(dt, _)
  return dt.new_widget("slider") {
    label = _("tightness"),
    tooltip = _("from 0, keep nearly everything, to 100, come close"),
    hard_min = 0, hard_max = 100, soft_min = 0, soft_max = 100, step = 5, digits = 0,
  }
end

-- The panel's widget, with what it was set to: say(text) and wishes().
-- acts has suggest, next, previous, accept and reject; begin is what `settings.read` gave.
function panel.new(dt, _, acts, begin)
  local ratio, tightness = ratio_box(dt, _, begin.ratio), slider(dt, _)
  local level = check(dt, _("straighten"), _("turn the photo so that the horizon is level"),
    begin.level)
  local keep = check(dt, _("keep my crops"),
    _("leave photos alone that you have cropped yourself"), true)
  local status = dt.new_widget("label") { halign = "start" }
  status.label = _("Select photos, then suggest.")
  local widget = dt.new_widget("box") {
    orientation = "vertical",
    button(dt, _("suggest"), _("look at the selected photos and crop each as suggested"),
      acts.suggest),
    row(dt,
      button(dt, _("previous"), _("the crop before this one"), acts.previous),
      button(dt, _("next"), _("the next best crop"), acts.next)),
    row(dt,
      button(dt, _("accept"), _("this is how I want it: note that, for learning"), acts.accept),
      button(dt, _("reject"), _("take the suggested crop away, nothing else"), acts.reject)),
    ratio, tightness, level, keep, status,
  }
  tightness.value = begin.tightness -- a value given at creation is not kept (darktable 4.2.1)
  return {
    widget = widget,
    say = function(text)
      status.label = words.wrapped(text, WIDTH)
      status.tooltip = text
    end,
    wishes = function()
      return {
        aspect = settings.RATIOS[ratio.selected],
        tightness = tightness.value / 100,
        level = level.value,
        keep = keep.value,
      }
    end,
  }
end

return panel
