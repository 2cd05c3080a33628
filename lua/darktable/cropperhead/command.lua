-- Command lines for the shell. Only names of our own files and the program's path are in them;
-- names of photos travel in a file.

local folder = (...):gsub("command$", "")
local number = require(folder .. "number")
local quote = require(folder .. "quote")

local command = {}

-- The paths as the program reads them: each ended by NUL.
function command.list(paths)
  local parts = {}
  for _, path in ipairs(paths) do
    assert(not path:find("\0", 1, true), "a path cannot hold a NUL")
    parts[#parts + 1] = path .. "\0"
  end
  return table.concat(parts)
end

-- Words for `deliver`; wishes are aspect, tightness (0 to 1), level, keep, and crops, how many.
function command.deliver(wishes)
  local words = { "deliver", "--aspect", wishes.aspect }
  words[#words + 1] = "--tightness"
  words[#words + 1] = number.text(wishes.tightness)
  words[#words + 1] = "--top"
  words[#words + 1] = number.text(wishes.crops)
  if not wishes.level then
    words[#words + 1] = "--no-level"
  end
  if not wishes.keep then
    words[#words + 1] = "--replace"
  end
  return words
end

-- Words for `outcome`; said is accepted, rejected, or nil when nobody said anything.
function command.outcome(said)
  local words = { "outcome", "--json", "--editor", "darktable", "--sidecars" }
  if said then
    words[#words + 1] = "--" .. said
  end
  words[#words + 1] = "-"
  return words
end

-- A line that runs these words between files: `pid` gets the program's number at once, `status` its
-- exit status when it has ended.
function command.line(words, files)
  local file = {}
  for name, path in pairs(files) do
    file[name] = quote.word(path)
  end
  return string.format(
    "%s < %s > %s 2> %s & echo $! > %s; wait $!; echo $? > %s",
    quote.line(words), file.input, file.output, file.errors, file.pid, file.status
  )
end

-- A line that sends a signal to the program with this number, as it stood in the file; nil if that
-- holds none.
function command.kill(signal, pid)
  local digits = pid and pid:match("^(%d+)%s*$")
  return digits and "kill -" .. signal .. " " .. digits or nil
end

return command
