-- What the buttons do. An app holds dt, _, say(text), wishes(), program(), patience() and a memory;
-- `stop` ends what is going on.

local folder = (...):gsub("actions$", "")
local asking = require(folder .. "asking")
local batch = require(folder .. "batch")
local command = require(folder .. "command")
local delivery = require(folder .. "delivery")
local memory = require(folder .. "memory")
local protocol = require(folder .. "protocol")
local sidecar = require(folder .. "sidecar")
local words = require(folder .. "words")

local actions = {}

-- Whether a crop of ours is, or may be, on this photo.
local function may_have_ours(app, image)
  local kept = memory.known(app.memory, image)
  if kept then
    return kept.index > 0
  end
  return delivery.is_tagged(image, "suggested") or delivery.is_tagged(image, "accepted")
end

-- The same, of a photo that nothing is known of: what `apply` and the watch write has no tag.
local function may_be_ours(app, image)
  return may_have_ours(app, image) or sidecar.is_framed(app.dt, image)
end

-- Bring this crop of a suggestion, or with 0 what was before all of them.
local function bring(app, image, answer, index)
  local crop, before = answer.crops[index], sidecar.framing(app.dt, image)
  delivery.append(app.dt, image, crop and crop.history or answer.before)
  memory.keep(app.memory, image, answer, index, before)
end

-- Act on the answer for a photo, where it is a crop with this one; gives what it came to, as
-- `batch` counts it.
local function suggested(app, image, answer, index)
  answer.index = answer.kind == "crop" and index or 0
  if answer.kind == "crop" then
    bring(app, image, answer, index)
    delivery.tag(app.dt, image, "suggested")
    return "applied"
  elseif answer.kind == "left" then
    if may_have_ours(app, image) then
      bring(app, image, answer, 0)
    else
      memory.keep(app.memory, image, answer, 0)
    end
    delivery.tag(app.dt, image, "left")
  end
  return answer.kind
end

-- Say what came of runs for the photos of this batch: how they ended if not well, and of one photo
-- its suggestion, else the summary.
local function report(app, state, ...)
  local _, said, last = app._, {}, nil
  for _, done in ipairs { ... } do
    state, last = batch.joined(state, done.state), done.last
    said[#said + 1] = done.ending
  end
  local is_one = #state.photos == 1 and last
  if is_one and last.said then
    said[#said + 1] = last.said
  elseif is_one and last.kind == "kept" then
    said[#said + 1] = words.kept(_, last)
  elseif is_one and last.kind ~= "failed" then
    said[#said + 1] = words.suggestion(_, last, last.index or 0)
  elseif #batch.counts(state) > 0 then
    said[#said + 1] = words.summary(_, state)
  end
  app.say(table.concat(said, "\n"))
end

-- Ask for suggestions; act(image, answer) for each as it comes gives what it came to.
local function ask(app, images, wishes, act)
  local dt, _, stopped = app.dt, app._, false
  local title = string.format(_("CropperHead: looking at %d photos"), #images)
  app.stop = function() stopped = true end
  local job = dt.gui.create_job(title, true, app.stop)
  app.say(title)
  local ok, done = pcall(asking.ran, app, images, {
    words = command.deliver(wishes),
    parse = protocol.suggestion,
    act = function(image, answer)
      local is_done, kind = pcall(act, image, answer)
      if not is_done then
        answer.kind, answer.message, kind = "failed", tostring(kind), "failed"
      end
      return kind
    end,
    progress = function(fraction)
      job.percent = fraction
      app.show(("%s\n%.0f/%d"):format(title, fraction * #images, #images))
    end,
    is_stopped = function() return stopped end,
  })
  job.valid = false
  assert(ok, done)
  return done
end

-- Have the program note what became of the suggestions; tags follow.
local function note(app, images, said)
  return asking.ran(app, images, {
    words = command.outcome(said),
    parse = protocol.outcome,
    act = function(image, answer)
      answer.said = answer.message or words.outcome(app._, answer.kind)
      if answer.kind ~= "failed" and answer.kind ~= "untouched" then
        delivery.tag(app.dt, image, answer.kind ~= "inexpressible" and answer.kind or nil)
      end
      return answer.kind
    end,
    progress = function() end,
    is_stopped = function() return false end,
  })
end

-- Suggest crops for these photos and bring the best of each.
function actions.suggest(app, images)
  report(app, batch.new(images), ask(app, images, app.wishes(), function(image, answer)
    return suggested(app, image, answer, 1)
  end))
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
    report(app, batch.new(unknown), ask(app, unknown, app.wishes(), function(image, answer)
      local has_one = answer.kind == "crop" and delivery.is_tagged(image, "suggested")
      return suggested(app, image, answer, has_one and moved(1, step, #answer.crops) or 1)
    end))
  end
end

-- Note that these photos are cropped as the photographer wants them.
function actions.accept(app, images)
  report(app, batch.new(images), note(app, images, "accepted"))
end

-- Take our crops away from photos of which it is not known whether they have any. With a crop of
-- somebody's own the program refuses, so nothing here asks for `replace`.
local function take(app, images, taken)
  local wishes = app.wishes()
  wishes.keep = true
  return ask(app, images, wishes, function(image, answer)
    if answer.kind == "crop" or answer.kind == "left" then
      bring(app, image, answer, 0)
      taken[#taken + 1] = image
      return "taken" -- counted when it is noted
    end
    return answer.kind
  end)
end

-- Take our crops away, and only ours, and note that.
function actions.reject(app, images)
  local unknown, taken, state, runs = {}, {}, batch.new(images), {}
  for _, image in ipairs(images) do
    local kept = memory.known(app.memory, image)
    if kept and kept.index > 0 then
      bring(app, image, kept.answer, 0)
      taken[#taken + 1] = image
    elseif not kept and may_be_ours(app, image) then
      unknown[#unknown + 1] = image
    else
      state = batch.after(state, "bare")
    end
  end
  if #unknown > 0 then
    runs[1] = take(app, unknown, taken)
  end
  if #taken > 0 then
    runs[#runs + 1] = note(app, taken, "rejected")
  end
  report(app, state, table.unpack(runs))
end

-- Note what became of photos that the photographer has just left, where their framing was changed.
function actions.leave(app, image)
  local is_ours = memory.has(app.memory, image) or delivery.is_tagged(image, "suggested")
  if is_ours then
    sidecar.catch_up(app.dt)
  end
  if is_ours and not memory.known(app.memory, image) then
    memory.forget(app.memory, image)
    local done = note(app, { image }, nil)
    app.dt.print_log("cropperhead: " .. (done.ending or done.last.said))
  end
end

return actions
