-- One word for a shell, whatever is in it.

local quote = {}

-- The text as one word of a POSIX shell. Only a NUL cannot be said, and no path has one.
function quote.word(text)
  assert(not text:find("\0", 1, true), "a word of a shell cannot hold a NUL")
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A command line of these words.
function quote.line(words)
  local quoted = {}
  for i, word in ipairs(words) do
    quoted[i] = quote.word(word)
  end
  return table.concat(quoted, " ")
end

return quote
