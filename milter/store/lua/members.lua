-- Counts of different members (limits/limits.h tells the laws), and the choice among all kinds.

-- Looks for the members asked about among those counted since `from`; count.known says when each was
-- seen. All of them will have been seen at count.seen: a time at which none of them was seen, so that
-- a member still seen then was seen by no later call.
local function find_members(count, from)
    count.known, count.fresh_members = {}, {}
    local scores = count.fresh and {} or read_all('ZMSCORE', count.members_name, count.asked)
    for i, member in ipairs(count.asked) do
        local seen = tonumber(scores[i] or nil)
        if seen and seen >= from then
            count.known[member] = seen
            if seen == count.seen then
                count.seen = seen + 1
            end
        else
            count.fresh_members[#count.fresh_members + 1] = member
        end
    end
    count.cost = #count.fresh_members
end

-- A clock that is behind the newest member stands still there.
local function find_head(count)
    local newest = not count.fresh and call('ZRANGE', count.members_name, -1, -1, 'WITHSCORES')[2]
    count.head = greatest(now, tonumber(newest or 0))
    count.seen = count.at or count.head
end

-- The others leave one by one, the oldest first, until all that is asked about has room. Known
-- members do not help by leaving: they would have to come back.
local function nth_other(count, n)
    local own = {}
    for member, seen in pairs(count.known) do
        own[#own + 1] = { seen, member }
    end
    table.sort(own, function(a, b)
        return a[1] < b[1] or a[1] == b[1] and a[2] < b[2]
    end)
    local rank = call('ZCOUNT', count.members_name, '-inf', '(' .. text(count.from)) + n - 1
    local passed = 0
    while true do
        local at = rank + passed
        local found = call('ZRANGE', count.members_name, at, at, 'WITHSCORES')
        local member, seen = found[1], tonumber(found[2])
        local before = passed
        while own[before + 1] and (own[before + 1][1] < seen
                or own[before + 1][1] == seen and own[before + 1][2] <= member) do
            before = before + 1
        end
        if before == passed then
            return seen
        end
        passed = before
    end
end

local function add_members(count, ends)
    local seen = {}
    for _, member in ipairs(count.asked) do
        seen[#seen + 1] = greatest(count.seen, count.known[member] or 0)
        seen[#seen + 1] = member
    end
    in_pieces(seen, function(...)
        call('ZADD', count.members_name, ...)
    end)
    keep_until(count.members_name, ends)
    keep_until(count.name, ends)
end

-- Only those that nobody has seen since.
local function refund_members(name, w, seen, _, fresh)
    if call('HGET', name, 'w') ~= w then
        return
    end
    local of = 'spillway-members' .. string.sub(name, #'spillway' + 1)
    local scores = read_all('ZMSCORE', of, fresh)
    for i, member in ipairs(fresh) do
        if tonumber(scores[i] or nil) == seen then
            call('ZREM', of, member)
        end
    end
end

local function seen_at(count)
    return count.seen
end

local function members_kind()
    local members = { fits = fits, taken = seen_at, refund = refund_members }

    function members.open(count)
        count.members_name, count.asked = key(), argument_list()
        count.span = tonumber(string.sub(count.w, 2))
        local stored = call('HMGET', count.name, 'w', 'n')
        count.stale, count.fresh = stored[1], stored[1] ~= count.w
        count.told = not count.fresh and stored[2]
        find_head(count)
        count.from = count.head - count.span + 1
        count.late = count.seen < count.from
        count.used = count.fresh and 0 or call('ZCOUNT', count.members_name, count.from, '+inf')
        find_members(count, count.from)
    end

    function members.next_free(count)
        if #count.asked > count.max then
            return -1
        end
        return nth_other(count, count.used + count.cost - count.max) + count.span
    end

    function members.frees(count)
        local oldest = call('ZRANGEBYSCORE', count.members_name, count.from, '+inf', 'WITHSCORES',
            'LIMIT', 0, 1)
        return tonumber(oldest[2]) + count.span
    end

    function members.begin(count)
        call('DEL', count.name, count.members_name)
        call('HSET', count.name, 'w', count.w)
    end

    function members.add(count)
        if count.fresh then
            members.begin(count)
        end
        call('ZREMRANGEBYSCORE', count.members_name, '-inf', '(' .. text(count.from))
        add_members(count, greatest(count.head, count.seen) + count.span)
    end

    return members
end

-- In a period of the calendar.
local function member_periods_kind()
    local periods = { fits = fits, taken = seen_at, refund = refund_members }

    function periods.open(count)
        read_periods(count)
        count.members_name, count.asked = key(), argument_list()
        local stored = call('HMGET', count.name, 'w', 'p', 'e', 'n')
        count.fresh = not find_period(count, stored[1], stored[2], stored[3])
        count.max = count.counts[count.period]
        count.stale, count.told = stored[1], not count.fresh and stored[4]
        count.used = count.fresh and 0 or call('ZCARD', count.members_name)
        find_head(count)
        find_members(count, 0)
    end

    -- In a new period all are new.
    function periods.next_free(count)
        return free_in_later_period(count, #count.asked)
    end

    function periods.frees(count)
        return count.ends
    end

    function periods.begin(count)
        call('DEL', count.name, count.members_name)
        call('HSET', count.name, 'w', count.w, 'p', count.began, 'e', count.ends)
    end

    function periods.add(count)
        if count.fresh then
            periods.begin(count)
        end
        add_members(count, count.ends)
    end

    return periods
end

local kinds, makers = {}, { s = sliding_kind, c = calendar_kind, p = pacing_kind, d = members_kind,
    e = member_periods_kind }

local function kind_of(letter)
    local kind = kinds[letter]
    if not kind then
        kind = makers[letter]()
        kinds[letter] = kind
    end
    return kind
end

-- The kind of a count by its w.
local function kind_of_stored(w)
    local first = string.sub(w, 1, 1)
    return kind_of(w == 'dc' and 'e' or makers[first] and first or 's')
end

-- One count from KEYS and ARGV, as it stands: which kind, its w, the maximum and the cost, then as many
-- places in `plans` and as many levels as two numbers say, the window of the levels in ms, and what
-- the kind wants to know.
local function open_count(plans, at)
    local a = arguments
    local letter = ARGV[a + 1]
    local most, levels, plan = tonumber(ARGV[a + 3]), nil, 0
    local plan_count, level_count = ARGV[a + 5], ARGV[a + 6]
    arguments = a + 6
    if plan_count ~= '0' then
        local planned_most
        planned_most, plan = planned(plans, tonumber(plan_count))
        -- What a pace allows is no number that a plan could replace, except by no pace at all.
        if planned_most and (letter ~= 'p' or planned_most == unlimited) then
            most = planned_most
        else
            plan = 0
        end
    end
    if level_count ~= '0' then
        levels = { told_for = number() }
        for i = 1, level_count do
            levels[i] = number()
        end
    end
    keys = keys + 1
    local kind = kind_of(letter)
    local count = { kind = kind, name = KEYS[keys], w = ARGV[a + 2], max = most,
        cost = tonumber(ARGV[a + 4]), plan = plan, levels = levels, at = at,
        used = 0, used_after = false, fresh = false, stale = false, told = false, late = false,
        outdated = false, slice = 0, head = 0, in_slice = 0, width = 0, gone = false }
    kind.open(count)
    return count
end

local function has_room(count)
    return count.max == unlimited or count.kind.fits(count)
end
