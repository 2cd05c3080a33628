-- Which interface for Lua this darktable has: 9.0 is darktable 4.2, 9.4 is 5.0, 9.6 is 5.4.

local api = {}

local MAJOR = 9

-- Whether it is 9.minor or newer.
function api.is_at_least(dt, minor)
  local major = dt.configuration.api_version_major
  return major > MAJOR or (major == MAJOR and dt.configuration.api_version_minor >= minor)
end

return api
