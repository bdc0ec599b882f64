-- Gets a page, each time with one of the bearer tokens of a file:
--   wrk -s get.lua URL -- TOKENS
-- and prints what the benchmark reads.

local made = {}
local threads = 0

function setup(thread)
    thread:set("id", threads)
    threads = threads + 1
end

function init(args)
    math.randomseed(os.time() * 31 + id)
    for line in io.lines(args[1]) do
        wrk.headers["Authorization"] = "Bearer " .. line
        made[#made + 1] = wrk.format("GET")
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
