-- A batch of photos: whose turn it is, and how many came to what. Pure: values in, values out.

local batch = {}

local KINDS = { "applied", "left", "kept", "failed" }

-- A batch of these photos, none answered yet.
function batch.new(photos)
  local state = { photos = photos, answered = 0, message = "" }
  for _, kind in ipairs(KINDS) do
    state[kind] = 0
  end
  return state
end

-- The photo whose answer comes next; nil when all have theirs.
function batch.turn(state)
  return state.photos[state.answered + 1]
end

-- The batch after the photo whose turn it is came to this; a message says why it failed.
function batch.after(state, kind, message)
  local next_state = {}
  for key, value in pairs(state) do
    next_state[key] = value
  end
  next_state.answered = state.answered + 1
  next_state[kind] = state[kind] + 1
  if kind == "failed" then
    next_state.message = message
  end
  return next_state
end

-- From 0 to 1.
function batch.progress(state)
  return #state.photos == 0 and 1 or state.answered / #state.photos
end

-- What the photos came to, as {kind, count}, only what there was.
function batch.counts(state)
  local counts = {}
  for _, kind in ipairs(KINDS) do
    if state[kind] > 0 then
      counts[#counts + 1] = { kind, state[kind] }
    end
  end
  return counts
end

return batch
