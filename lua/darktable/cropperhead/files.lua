-- Small files, read and written whole.

local files = {}

-- What the file holds, nil when there is none.
function files.read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text
end

-- What the file holds, "" when there is none.
function files.content(path)
  return files.read(path) or ""
end

-- Put this text there; raises when that fails.
function files.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

return files
