-- Runs the program in the background and hands out its lines as they come. `dt` is darktable.

local folder = (...):gsub("run$", "")
local command = require(folder .. "command")
local ending = require(folder .. "ending")
local disk = require(folder .. "files")
local protocol = require(folder .. "protocol")

local run = {}

local PAUSE_MS = 50
local BREATH_MS = 20 -- after each line, so that the interface and other scripts get their turn
local TERM_MS, KILL_MS = 1000, 3000

-- Files of our own in darktable's cache: they are the person's alone, and the same for a Flatpak's
-- inside and outside. Two darktables do not meet: a table's address is in the names.
local function names(dt)
  local unique = os.time() .. "-" .. tostring({}):gsub("[^%w]", "")
  local base = dt.configuration.cache_dir .. "/cropperhead-" .. unique
  local files = {}
  for _, name in ipairs { "input", "output", "errors", "pid", "status" } do
    files[name] = base .. "." .. name
  end
  return files
end

-- End the program: ask first, then insist; whatever happens, we do not wait longer than that.
local function stop(dt, files, state)
  local waited, signal = 0, "TERM"
  while not state.ended and waited < KILL_MS do
    local line = command.kill(signal, disk.content(files.pid))
    if line and state.signal ~= signal then
      dt.control.execute(line)
      state.signal = signal
    end
    dt.control.sleep(PAUSE_MS)
    waited = waited + PAUSE_MS
    signal = waited < TERM_MS and "TERM" or "KILL"
  end
end

-- Hand out the lines that have come; nil when one was not understood.
local function handed(dt, work, state, text)
  local lines
  lines, state.rest = protocol.lines(state.rest .. text)
  for _, line in ipairs(lines) do
    local ok, why, word = work.each(line)
    if not ok then
      state.stopped, state.message = word or "rubbish", why
      return nil
    end
    state.answered, state.quiet_ms = state.answered + 1, 0
    dt.control.sleep(BREATH_MS)
    if work.is_stopped() then
      break
    end
  end
  return true
end

local function follow(dt, work, files, state)
  local output
  repeat
    local is_last = state.ended
    output = output or io.open(files.output, "rb")
    local ok = handed(dt, work, state, output and output:read("a") or "")
    if work.is_stopped() or dt.control.ending then
      state.stopped = "cancelled"
    elseif state.quiet_ms > work.patience * 1000 then
      state.stopped = "hanging"
    end
    if not ok or state.stopped then
      stop(dt, files, state)
    elseif not is_last then
      dt.control.sleep(PAUSE_MS)
      state.quiet_ms = state.quiet_ms + PAUSE_MS
    end
  until is_last or state.stopped
  if output then
    output:close()
  end
end

-- Run work.words with work.input on stdin; work.each(line) is called for each line and gives true,
-- or nil, a message and a word to end with. work.is_stopped() says whether to stop; work.patience
-- is how many seconds without a line are too many; work.expected how many lines are to come.
-- Gives nil when all went well, else what `ending.word` gives. For a Lua thread of its own.
function run.program(dt, work)
  local files = names(dt)
  disk.write(files.input, work.input)
  local state = { rest = "", answered = 0, quiet_ms = 0, ended = false }
  dt.control.dispatch(function()
    dt.control.execute(command.line(work.words, files))
    state.ended = true
  end)
  local ok, why = pcall(follow, dt, work, files, state)
  if not ok then
    stop(dt, files, state)
  end
  state.status = tonumber(disk.content(files.status))
  state.errors, state.expected = disk.content(files.errors), work.expected
  for _, path in pairs(files) do
    os.remove(path)
  end
  assert(ok, why)
  return ending.word(state)
end

return run
