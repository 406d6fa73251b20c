-- What all scripts share. Each script is this text with its own behind it, run at each call: what is
-- local here is made anew each time, so that nothing survives a call.
--
-- KEYS  the keys of the call, all of one hash slot in a cluster, in the order they are used.
-- ARGV  everything else, in the order it is used.
-- Other keys are read only when their names stand in a value of one of these (receipts, mailings);
-- they have the same hash tag.
--
-- The clock is Redis's own, so that all machines agree. A clock behind what was counted (after a
-- failover) stands still there: it frees no room.

local call, KEYS, ARGV = redis.call, KEYS, ARGV
local floor, ceil, greatest, least = math.floor, math.ceil, math.max, math.min

local slices = 60
local most_countable = 2 ^ 53
local unlimited = -1

local time = redis.call('TIME')
local now = time[1] * 1000 + floor(time[2] / 1000)

-- Numbers as text without an exponent, which Lua itself writes from 10^14 on.
local function text(number)
    return string.format('%.0f', number)
end

local function keep_until(name, moment)
    call('PEXPIRE', name, text(greatest(1, moment - now)))
end

local arguments, keys = 0, 0
local function argument()
    arguments = arguments + 1
    return ARGV[arguments]
end
local function number()
    arguments = arguments + 1
    return tonumber(ARGV[arguments])
end
local function key()
    keys = keys + 1
    return KEYS[keys]
end
local function argument_list()
    local list = {}
    for i = 1, number() do
        list[i] = argument()
    end
    return list
end

-- command(words...) with a long list behind: Lua's stack holds 8000.
local function in_pieces(list, command)
    for first = 1, #list, 1000 do
        command(unpack(list, first, least(first + 999, #list)))
    end
end

-- One answer for each of many fields or members, as one list.
local function read_all(command, from, list)
    if #list <= 1000 then
        return call(command, from, unpack(list))
    end
    local values = {}
    in_pieces(list, function(...)
        for _, value in ipairs(call(command, from, ...)) do
            values[#values + 1] = value
        end
    end)
    return values
end

-- Values of hash fields: how many hashes, then of each the fields.
local function look_up()
    local found = {}
    for _ = 1, number() do
        local hash, fields = key(), argument_list()
        for _, value in ipairs(read_all('HMGET', hash, fields)) do
            found[#found + 1] = value
        end
    end
    return found
end

-- The maximum that a plan sets, and its place among those of the charge, which names them by their
-- places in `found`, the closest first: nil and 0 when there is none.
local function planned(found, count)
    local most, plan = nil, 0
    for i = 1, count do
        local value = found[number()]
        if value and plan == 0 then
            most, plan = value == 'unlimited' and unlimited or tonumber(value), i
        end
    end
    return most, plan
end
