-- A darktable with as much of its interface as delivering a crop takes; what is done is noted in
-- `dt.log`. As in the real one, a field that is not there is an error.

local function strict(fields)
  return setmetatable(fields, {
    __index = function(_, name) error("field " .. tostring(name) .. " not found", 2) end,
  })
end

-- `setup`: minor (of the API), sidecar (a path), view, hovered (a number, false for none), late
-- (milliseconds until a sidecar is written) and broken: "raises" or "ignores" what styles.apply
-- then does.
return function(setup, was_drawn)
  local log, view, styles = {}, setup.view, {}
  local image = { id = 1, sidecar = setup.sidecar }
  local hovered = setup.hovered and { id = setup.hovered } or nil

  local function note(name)
    log[#log + 1] = name
  end

  local is_due = false

  local function put()
    local entry = ('<rdf:li darktable:operation="crop" after="%d"/>'):format(#log)
    local file = assert(io.open(setup.sidecar, "wb"))
    file:write("<darktable:history>", entry, "</darktable:history></x:xmpmeta>")
    file:close()
  end

  local function write()
    is_due = true
    if setup.late <= 0 then
      put()
    end
  end

  function image.apply_style()
    note("image:apply_style in the " .. view)
    write()
  end

  function styles.import()
    note("import")
    styles[1] = strict {
      name = "CropperHead",
      delete = function() note("delete") styles[1] = nil end,
    }
  end

  function styles.apply()
    note("styles.apply")
    if setup.broken == "raises" then
      error("no")
    elseif setup.broken ~= "ignores" then
      write()
    end
  end

  local gui = {
    views = strict {
      lighttable = { id = "lighttable" },
      darkroom = { id = "darkroom", display_image = function() return image end },
    },
    current_view = function(new)
      view = new and new.id or view
      return { id = view }
    end,
    selection = function(images)
      if images then
        note("selection")
      end
      return {}
    end,
    action = function()
      note("shortcut")
      write()
    end,
  }
  return strict {
    log = log,
    image = image,
    configuration = strict {
      api_version_major = 9, api_version_minor = setup.minor, cache_dir = setup.cache,
    },
    styles = styles,
    tags = strict { find = function() return nil end },
    control = strict {
      sleep = function(ms)
        was_drawn()
        setup.late = setup.late - ms
        if is_due and setup.late <= 0 then
          put()
        end
      end,
    },
    gui = setmetatable(gui, {
      __index = function(_, name)
        assert(name == "hovered", "field not found")
        return hovered
      end,
    }),
  }
end
