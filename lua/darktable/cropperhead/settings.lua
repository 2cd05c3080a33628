-- The settings in darktable's preferences, and what they hold now.

local settings = {}

local SCRIPT = "cropperhead"

-- As `cropperhead --aspect` knows them; the first two have names of their own in the panel.
settings.RATIOS = {
  "original", "free", "1:1", "5:4", "4:5", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "2:1", "1:2",
}

-- Put them into darktable's preferences; program is the path that the installer knew.
function settings.register(dt, _, program)
  local register = dt.preferences.register
  register(SCRIPT, "program", "file", _("CropperHead: program"),
    _("where the program cropperhead is"), program)
  register(SCRIPT, "ratio", "enum", _("CropperHead: ratio to begin with"),
    _("the aspect ratio that the panel shows when darktable starts"), "original",
    table.unpack(settings.RATIOS))
  register(SCRIPT, "tightness", "integer", _("CropperHead: tightness to begin with"),
    _("from 0, keep nearly everything, to 100, come close"), 50, 0, 100)
  register(SCRIPT, "level", "bool", _("CropperHead: straighten to begin with"),
    _("whether the panel begins with straightening switched on"), true)
  register(SCRIPT, "patience", "integer", _("CropperHead: seconds to wait for a photo"),
    _("when there is no answer for so long, the program is stopped"), 60, 1, 3600)
end

-- What they hold now.
function settings.read(dt)
  local function value(name, kind)
    return dt.preferences.read(SCRIPT, name, kind)
  end
  return {
    program = value("program", "file"),
    ratio = value("ratio", "enum"),
    tightness = value("tightness", "integer"),
    level = value("level", "bool"),
    patience = value("patience", "integer"),
  }
end

-- Whether darktable writes sidecars: the photographer's crop is read from there.
function settings.has_sidecars(dt)
  return dt.preferences.read("darktable", "write_sidecar_files", "string") ~= "never"
end

return settings
