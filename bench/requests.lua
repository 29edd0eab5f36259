-- Sends the requests of a file in turn, each thread its own share, and reports as one line.
local threads = {}
local counter = 0

function setup(thread)
  thread:set("offset", counter)
  counter = counter + 1
  table.insert(threads, thread)
end

function init(args)
  list = {}
  local line_number = 0
  for line in io.lines(args[1]) do
    if line_number % tonumber(args[2]) == offset then
      local method, path, cookie, token, body = line:match("^(%S+)\t(%S+)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = { ["Cookie"] = cookie, ["Host"] = "localhost" }
      if args[3] then headers["Accept-Encoding"] = args[3] end
      if method == "POST" then
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["X-CSRFToken"] = token
      end
      table.insert(list, wrk.format(method, path, headers, body ~= "" and body or nil))
    end
    line_number = line_number + 1
  end
  at = 0
  bad = 0
end

function request()
  at = at + 1
  if at > #list then at = 1 end
  return list[at]
end

function response(status, headers, body)
  if status ~= 200 then bad = bad + 1 end
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do failed = failed + thread:get("bad") end
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), failed))
end
