-- Runs inside darktable: answers the snippets of a test, and ticks through the interface's thread.

local dt = require "darktable"
local START_MS = 3000
local folder = os.getenv("CROPPERHEAD_TEST_CHANNEL")

local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path .. ".new", "wb"))
  file:write(text)
  file:close()
  os.rename(path .. ".new", path)
end

local function answer(code)
  local snippet, why = load("local dt = ...\n" .. code, "=test", "t")
  if not snippet then
    return "error " .. why
  end
  local ok, value = pcall(snippet, dt)
  return (ok and "ok " or "error ") .. tostring(value)
end

local function listen()
  local number = 1
  while not dt.control.ending do
    local code = read(folder .. "/ask-" .. number)
    if code then
      write(folder .. "/answer-" .. number, answer(code))
      number = number + 1
    else
      dt.control.sleep(20)
    end
  end
end

-- Setting a widget's text waits for the interface: a tick says that it answers. Not before the
-- interface runs: darktable 4.2.1 may then wait for itself for ever.
local function tick()
  dt.control.sleep(START_MS)
  local label = dt.new_widget("label") { label = "0" }
  local count = 0
  while not dt.control.ending do
    count = count + 1
    label.label = tostring(count)
    local file = assert(io.open(folder .. "/ticks", "ab"))
    file:write(".")
    file:close()
    dt.control.sleep(100)
  end
end

-- What the plugin told the person, last.
said = ""
local print = dt.print
dt.print = function(text)
  said = text
  print(text)
end

-- How often the photo in the darkroom was drawn.
drawn = 0
dt.register_event("harness", "pixelpipe-processing-complete", function() drawn = drawn + 1 end)

dt.control.dispatch(listen)
dt.control.dispatch(tick)
