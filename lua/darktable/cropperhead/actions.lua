-- What the buttons do. An app holds dt, _, say(text), wishes(), program(), patience() and a memory;
-- `stop` ends what is going on.

local folder = (...):gsub("actions$", "")
local batch = require(folder .. "batch")
local command = require(folder .. "command")
local delivery = require(folder .. "delivery")
local memory = require(folder .. "memory")
local protocol = require(folder .. "protocol")
local run = require(folder .. "run")
local words = require(folder .. "words")

local actions = {}

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

-- Whether a crop of ours is, or may be, on this photo.
local function may_have_ours(app, image)
  local kept = memory.known(app.memory, image)
  if kept then
    return kept.index > 0
  end
  return delivery.is_tagged(image, "suggested") or delivery.is_tagged(image, "accepted")
end

-- Bring this crop of a suggestion, or with 0 what was before all of them.
local function bring(app, image, answer, index)
  local crop = answer.crops[index]
  delivery.append(app.dt, image, crop and crop.history or answer.before)
  memory.keep(app.memory, image, answer, index)
end

-- Act on the answer for a photo; gives what it came to, as `batch` counts it.
local function suggested(app, image, answer, index)
  if answer.kind == "crop" then
    bring(app, image, answer, index)
    delivery.tag(app.dt, image, "suggested")
    return "applied"
  elseif answer.kind == "left" then
    if may_have_ours(app, image) then
      bring(app, image, answer, 0)
    end
    memory.keep(app.memory, image, answer, 0)
    delivery.tag(app.dt, image, "left")
  end
  return answer.kind
end

-- What to say when all is done: about one photo its suggestion, else the summary.
local function report(app, state, last, word, detail)
  local _, said = app._, {}
  if word then
    said[1] = words.ending(_, word, detail, app.patience())
  end
  if #state.photos == 1 and last and last.kind == "kept" then
    said[#said + 1] = words.kept(_, last)
  elseif #state.photos == 1 and last and last.kind ~= "failed" then
    said[#said + 1] = last.said or words.suggestion(_, last, last.index or 0)
  elseif state.answered > 0 then
    said[#said + 1] = words.summary(_, state)
  end
  app.say(table.concat(said, "\n"))
end

-- Ask for suggestions; act(image, answer) for each as it comes gives what it came to and, if it is
-- not to be told in the usual words, what to say.
local function ask(app, images, act)
  local dt, _ = app.dt, app._
  local state, last, stopped = batch.new(images), nil, false
  local title = string.format(_("CropperHead: looking at %d photos"), #images)
  app.stop = function() stopped = true end
  local job = dt.gui.create_job(title, true, app.stop)
  app.say(title)
  local function each(line)
    local image = batch.turn(state)
    local answer, why, word = protocol.suggestion(line)
    if not answer or not image then
      return nil, why or "more answers than photos", word
    end
    last = answer
    local ok, kind = pcall(act, image, answer)
    if not ok then
      last.kind, last.message, kind = "failed", tostring(kind), "failed"
    end
    state = batch.after(state, kind, answer.message)
    job.percent = batch.progress(state)
    return true
  end
  local ok, word, detail = pcall(run.program, dt, {
    words = program_line(app, command.deliver(app.wishes())),
    input = pairs_of(images),
    expected = #images,
    patience = app.patience(),
    is_stopped = function() return stopped end,
    each = each,
  })
  job.valid = false
  assert(ok, word)
  report(app, state, last, word, detail)
end

-- Have the program note what became of the suggestions; tags follow.
local function note(app, images, said)
  local place, last = 0, nil
  local function each(line)
    place = place + 1
    local answer, why, word = protocol.outcome(line)
    if not answer or not images[place] then
      return nil, why or "more answers than photos", word
    end
    last = answer
    if answer.kind ~= "failed" and answer.kind ~= "untouched" then
      delivery.tag(app.dt, images[place], answer.kind ~= "inexpressible" and answer.kind or nil)
    end
    return true
  end
  local word, detail = run.program(app.dt, {
    words = program_line(app, command.outcome(said)),
    input = pairs_of(images),
    expected = #images,
    patience = app.patience(),
    is_stopped = function() return false end,
    each = each,
  })
  if word then
    return words.ending(app._, word, detail, app.patience())
  end
  return last.kind == "failed" and last.message or words.outcome(app._, last.kind)
end

-- Suggest crops for these photos and bring the best of each.
function actions.suggest(app, images)
  ask(app, images, function(image, answer)
    answer.index = 1
    return suggested(app, image, answer, 1)
  end)
end

local function moved(index, step, count)
  return (index + step - 1) % count + 1
end

-- Bring the next (step 1) or the previous (step -1) crop; suggest first where nothing is known.
function actions.step(app, images, step)
  local unknown = {}
  for _, image in ipairs(images) do
    local kept = memory.known(app.memory, image)
    if not kept then
      unknown[#unknown + 1] = image
    elseif #kept.answer.crops > 0 then
      local from = kept.index == 0 and step < 0 and 1 or kept.index
      local index = moved(from, step, #kept.answer.crops)
      bring(app, image, kept.answer, index)
      delivery.tag(app.dt, image, "suggested")
      app.say(words.suggestion(app._, kept.answer, index))
    else
      app.say(words.suggestion(app._, kept.answer, 0))
    end
  end
  if #unknown > 0 then
    ask(app, unknown, function(image, answer)
      local has_one = answer.kind == "crop" and delivery.is_tagged(image, "suggested")
      answer.index = has_one and moved(1, step, #answer.crops) or 1
      return suggested(app, image, answer, answer.index)
    end)
  end
end

-- Note that these photos are cropped as the photographer wants them.
function actions.accept(app, images)
  app.say(note(app, images, "accepted"))
end

-- Take our crops away, and only ours, and note that.
function actions.reject(app, images)
  local unknown, rejected = {}, {}
  for _, image in ipairs(images) do
    local kept = memory.known(app.memory, image)
    if kept and kept.index > 0 then
      bring(app, image, kept.answer, 0)
    end
    local list = kept and rejected or unknown
    list[#list + 1] = image
  end
  if #unknown > 0 then
    ask(app, unknown, function(image, answer)
      if answer.kind == "crop" or answer.kind == "left" then
        bring(app, image, answer, 0)
        rejected[#rejected + 1] = image
        answer.said = words.outcome(app._, "rejected")
        return "left"
      end
      return answer.kind
    end)
  end
  if #rejected > 0 then
    app.say(note(app, rejected, "rejected"))
  end
end

-- Note what became of photos that the photographer has just left, where their framing was changed.
function actions.leave(app, image)
  local is_ours = memory.has(app.memory, image) or delivery.is_tagged(image, "suggested")
  if is_ours and not memory.known(app.memory, image) then
    memory.forget(app.memory, image)
    app.dt.print_log("cropperhead: " .. note(app, { image }, nil))
  end
end

return actions
