-- A batch of photos: whose turn it is, and how many came to what. Pure: values in, values out.

local batch = {}

-- What suggestions come to, then what becomes of them, then what went wrong.
local KINDS = {
  "applied", "left", "accepted", "adjusted", "rejected", "untouched", "inexpressible", "bare",
  "kept", "failed",
}

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

-- The batch after the photo whose turn it is came to this; a message says why it failed. What is no
-- kind of ours is answered, and not counted.
function batch.after(state, kind, message)
  local next_state = {}
  for key, value in pairs(state) do
    next_state[key] = value
  end
  next_state.answered = state.answered + 1
  next_state[kind] = (state[kind] or 0) + 1
  if kind == "failed" then
    next_state.message = message
  end
  return next_state
end

-- The first batch with what the photos of the second came to.
function batch.joined(first, second)
  local both = batch.new(first.photos)
  both.answered = first.answered + second.answered
  both.message = second.failed > 0 and second.message or first.message
  for _, kind in ipairs(KINDS) do
    both[kind] = first[kind] + second[kind]
  end
  return both
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
