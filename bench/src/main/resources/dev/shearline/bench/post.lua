-- Posts the lines of a file, one at random each time, with a bearer token:
--   wrk -s post.lua URL -- BODIES TOKEN_FILE
-- and prints what the benchmark reads.

local made = {}
local threads = 0

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
end

function init(args)
    math.randomseed(os.time() * 31 + id)
    local file = assert(io.open(args[2], "r"))
    wrk.headers["Authorization"] = "Bearer " .. file:read("*l")
    file:close()
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    for line in io.lines(args[1]) do
        made[#made + 1] = wrk.format(nil, nil, nil, line)
    end
end

function request()
    return made[math.random(#made)]
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        "result %d %d %d %d %d\n",
        summary.requests,
        summary.duration,
        errors.connect + errors.read + errors.write + errors.timeout + errors.status,
        latency:percentile(50),
        latency:percentile(99)))
end
