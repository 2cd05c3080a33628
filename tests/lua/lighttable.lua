-- A darktable with as much of its interface as the buttons in the lighttable take. What is appended
-- to a photo's history is noted in its `edits`.

local function sidecar_with(operation, enabled, edits)
  return ('<darktable:history><rdf:li darktable:operation="%s" darktable:enabled="%s"'
    .. ' darktable:params="%d"/></darktable:history></x:xmpmeta>'):format(operation, enabled, edits)
end

local function put(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- `setup`: folder, program (a path), keep (the box *keep my crops*), and photos: each has name,
-- tag (may be missing), and operation and enabled of the last step in its history; is_queued: it
-- writes sidecars only while somebody sleeps, as darktable 5 does.
return function(setup, new_memory)
  local said, shown, styles, images, queue = {}, {}, {}, {}, {}
  local tags = {
    find = function(name) return { name = name, delete = function() end } end,
    create = function(name) return { name = name } end,
    detach = function(tag, image) image.tags[tag.name] = nil end,
    attach = function(tag, image) image.tags[tag.name] = true end,
  }
  function styles.import()
    styles[1] = { name = "CropperHead", delete = function() styles[1] = nil end }
  end
  local dt = {
    configuration = { api_version_major = 9, api_version_minor = 0, cache_dir = setup.folder },
    styles = styles,
    tags = tags,
    print_log = function() end,
    control = {
      ending = false,
      dispatch = function(work) work() end,
      execute = function(line) os.execute(line) end,
      sleep = function()
        for path, text in pairs(queue) do
          put(path, text)
        end
        queue = {}
      end,
    },
    gui = {
      create_job = function() return {} end,
      current_view = function() return { id = "lighttable" } end,
    },
  }
  for id, photo in ipairs(setup.photos) do
    local image = {
      id = id, path = setup.folder, filename = photo.name, edits = 0, tags = {},
      sidecar = setup.folder .. "/" .. photo.name .. ".xmp",
    }
    if photo.tag then
      image.tags["cropperhead|" .. photo.tag] = true
    end
    function image.get_tags()
      local list = {}
      for name in pairs(image.tags) do
        list[#list + 1] = { name = name }
      end
      return list
    end
    function image.apply_style()
      image.edits = image.edits + 1
      queue[image.sidecar] = sidecar_with("crop", "1", image.edits)
      if not setup.is_queued then
        dt.control.sleep()
      end
    end
    put(image.sidecar, sidecar_with(photo.operation or "exposure", photo.enabled or "1", 0))
    images[id] = image
  end
  return {
    dt = dt,
    images = images,
    said = said,
    shown = shown,
    memory = new_memory(dt),
    _ = function(text) return text end,
    say = function(text) said[#said + 1] = text end,
    show = function(text) shown[#shown + 1] = text end,
    patience = function() return 60 end,
    program = function() return { setup.program } end,
    wishes = function()
      return { aspect = "free", tightness = 0.5, level = true, crops = 5, keep = setup.keep }
    end,
  }
end
