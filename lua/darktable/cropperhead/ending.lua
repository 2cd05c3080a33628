-- How a run of the program ended, from what is known of it. Pure.

local ending = {}

local USAGE, NOT_EXECUTABLE, NOT_FOUND = 2, 126, 127

-- The last line of what the program said to people.
local function last_line(errors)
  return errors:match("([^\n]*)\n?$"):sub(1, 200)
end

-- nil when all went well, else a word and what the program said:
-- cancelled, hanging, rubbish, version (another protocol), missing, old, or stopped.
-- known: status (exit status, nil if there is none), errors (text), expected and answered (photos),
-- and stopped, why we ended it ourselves.
function ending.word(known)
  if known.stopped then
    return known.stopped, known.message or ""
  end
  if known.status == NOT_FOUND or known.status == NOT_EXECUTABLE then
    return "missing", last_line(known.errors)
  end
  if known.status == USAGE and known.errors:find("^usage:") then
    return "old", last_line(known.errors)
  end
  if known.answered < known.expected then
    return "stopped", last_line(known.errors)
  end
  return nil
end

return ending
