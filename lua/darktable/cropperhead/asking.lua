-- What the program says of photos, line by line, each with the photo whose turn it is.

local folder = (...):gsub("asking$", "")
local batch = require(folder .. "batch")
local command = require(folder .. "command")
local run = require(folder .. "run")
local words = require(folder .. "words")

local asking = {}

local function path_of(image)
  return image.path .. "/" .. image.filename
end

-- Photos and their versions' sidecars, as the program reads pairs.
local function pairs_of(images)
  local paths = {}
  for _, image in ipairs(images) do
    paths[#paths + 1] = path_of(image)
    paths[#paths + 1] = image.sidecar
  end
  return command.list(paths)
end

local function program_line(app, arguments)
  local line = { table.unpack(app.program()) }
  table.move(arguments, 1, #arguments, #line + 1, line)
  return line
end

-- Run the program on photos and their sidecars. `asked` has its words, how to parse a line,
-- act(image, answer), which gives what a photo came to, progress(fraction) and is_stopped(). Gives
-- the batch after it, the last answer, and how it ended if not well.
function asking.ran(app, images, asked)
  local state, last = batch.new(images), nil
  local function each(line)
    local image = batch.turn(state)
    local answer, why, word = asked.parse(line)
    if not answer or not image then
      return nil, why or "more answers than photos", word
    end
    last = answer
    state = batch.after(state, asked.act(image, answer), answer.message)
    asked.progress(batch.progress(state))
    return true
  end
  local word, detail = run.program(app.dt, {
    words = program_line(app, asked.words),
    input = pairs_of(images),
    expected = #images,
    patience = app.patience(),
    is_stopped = asked.is_stopped,
    each = each,
  })
  local ending = word and words.ending(app._, word, detail, app.patience())
  return { state = state, last = last, ending = ending }
end

return asking
