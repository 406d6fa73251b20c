-- Charges all counters of one message or none, under the law of the window (limits/limits.h).
--
-- KEYS  receipt, then one key for each counter: all different, all of one account ({hash tag}).
-- ARGV  how long the receipt is kept in ms, number of slices in a window, then for each counter the
--       width of its slices in ms, its limit and the cost. The limit is no part of what is stored.
-- Reply for each counter its use and when the cost fits: 0 now, -1 never, else ms since the epoch.
--       When all are 0 everything was charged and the use includes it, else nothing was written.
--
-- A counter is a hash: w the width of its slices in ms, h the number of the newest slice charged to, t
-- the total of all slices, and slice number n in the field n modulo slices + 1. Only slices that fell
-- out of the window since h are read, so a charge costs the same on average whatever the window; small
-- field names and numbers let Redis keep the hash as one compact list.
--
-- The clock is Redis's own, so that all machines agree. A clock behind h (after a failover) counts as
-- standing still at h: it frees no room. Needs Redis 5: a script that asks for the time and then
-- writes was not replicated before.

local receipt = KEYS[1]
local receipt_ms = ARGV[1]
local slices = tonumber(ARGV[2])

-- Numbers as text without an exponent: the limits reach 2^53.
local function text(number)
    return string.format('%.0f', number)
end

-- A caller that lost the reply asks again with the same receipt and gets the same answer.
local charged = redis.call('GET', receipt)
if charged then
    local answers = {}
    for used in string.gmatch(charged, '%d+') do
        answers[#answers + 1] = tonumber(used)
        answers[#answers + 1] = 0
    end
    return answers
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function field(slice)
    return slice % (slices + 1)
end

-- The counts of slices first … last, in order; missing ones are 0.
local function counts(key, first, last)
    local fields = {}
    for slice = first, last do
        fields[#fields + 1] = field(slice)
    end
    if #fields == 0 then
        return {}, fields
    end
    local values = redis.call('HMGET', key, unpack(fields))
    for i = 1, #fields do
        values[i] = tonumber(values[i]) or 0
    end
    return values, fields
end

-- The counter as it stands now. `gone` are the fields of slices that fell out of the window since the
-- last charge; a counter that is missing, wholly out or of another width is `fresh`.
local function open(key, width)
    local stored = redis.call('HMGET', key, 'w', 'h', 't')
    local slice = math.floor(now / width)
    local head, total = tonumber(stored[2]), tonumber(stored[3])
    if tonumber(stored[1]) ~= width or not head or not total or slice - head > slices then
        return { fresh = true, newest = slice, head = slice, used = 0, gone = {} }
    end
    local newest = math.max(slice, head)
    local values, gone = counts(key, head + 1, newest)
    for i = 1, #values do
        total = total - values[i]
    end
    return { newest = newest, head = head, used = total, gone = gone }
end

-- When `cost` fits if nothing else is charged: the oldest slices leave until there is room. Slices
-- after the head hold nothing yet, whatever stands in their fields.
local function next_free(counter, key, width, limit, cost)
    if cost > limit then
        return -1
    end
    local used = counter.used
    local oldest = math.max(0, counter.newest - slices)
    local values = counts(key, oldest, counter.head)
    local slice = oldest
    for i = 1, #values do
        used = used - values[i]
        slice = oldest + i - 1
        if cost <= limit - used then
            break
        end
    end
    return (slice + slices + 1) * width
end

local function charge(counter, key, width, cost)
    local newest = counter.newest
    if counter.fresh then
        redis.call('DEL', key)
        redis.call('HSET', key, 'w', text(width))
    elseif #counter.gone > 0 then
        redis.call('HDEL', key, unpack(counter.gone))
    end
    redis.call('HSET', key, 'h', text(newest), 't', text(counter.used + cost))
    redis.call('HINCRBY', key, field(newest), text(cost))
    -- Not before nothing is counted any more; longer than a window when the clock was set back.
    redis.call('PEXPIRE', key, text((newest + slices + 1) * width - now))
end

local counters, answers, room = {}, {}, true
for i = 1, #KEYS - 1 do
    local key, width = KEYS[i + 1], tonumber(ARGV[3 * i])
    local limit, cost = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
    local counter = open(key, width)
    local free = 0
    -- Not used + cost > limit: the sum may be more than a double holds exactly.
    if cost > limit - counter.used then
        free = next_free(counter, key, width, limit, cost)
        room = false
    end
    counters[i] = { key = key, width = width, cost = cost, counter = counter }
    answers[2 * i - 1], answers[2 * i] = counter.used, free
end
if not room then
    return answers
end

local receipts = {}
for i, c in ipairs(counters) do
    if c.cost > 0 then
        charge(c.counter, c.key, c.width, c.cost)
    end
    answers[2 * i - 1] = c.counter.used + c.cost
    receipts[i] = text(answers[2 * i - 1])
end
redis.call('SET', receipt, table.concat(receipts, ' '), 'PX', receipt_ms)
return answers
