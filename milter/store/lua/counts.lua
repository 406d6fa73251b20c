-- Counts of all kinds, under the laws told in limits/limits.h. A count is a hash:
--   w  what is counted how: the width of a slice in ms, "c" by the calendar, "p" and the interval in
--      us for a pace; "d" and the span in ms, or "dc", where different members are counted. A count
--      of another w starts anew.
--   h  the number of the newest slice charged to
--   t  the total of all slices or of the period, not for members
--   0 … 60  what was charged in slice number n, in the field n modulo slices + 1
--   p  when the period charged to began;  e  when it is over
--   a  the theoretical arrival time in us
--   n  which levels have been told: "80:UNTIL:TOKEN" and so on; they are not told again before
--      UNTIL, except to the call of this token
-- Members are in a sorted set of their own, with the time in ms they were last seen.
--
-- Lua costs more than commands: a kind is made only when it is met, fields that may be needed are
-- read together, a table is filled when it is made, and small numbers are written by Redis.
--
-- A kind has
--   open(count)       reads what there is now: count.used, and count.fresh when it starts anew
--   fits(count)       whether count.cost fits under count.max, which is not unlimited
--   next_free(count)  when it will
--   frees(count)      when the next of what is used leaves
--   begin(count)      makes it an empty one
--   add(count)        charges count.cost
--   taken(count)      what refund needs to know
--   refund(name, w, taken, cost, fresh)   the reverse of add

-- The three periods of a calendar, and what is allowed in each unless a plan says otherwise.
local function read_periods(count)
    count.bounds = { number(), number(), number(), number() }
    count.counts = { number(), number(), number() }
    if count.plan ~= 0 then
        count.counts = { count.max, count.max, count.max }
    end
end

local function fits(count)
    -- Not used + cost > max: the sum may be more than a double holds exactly.
    return count.cost <= count.max - count.used
end

local function slot(slice)
    return slice % (slices + 1)
end

local function sliding_kind()
    local sliding = { fits = fits }

    local function slots(first, last)
        local fields = {}
        for slice = first, last do
            fields[#fields + 1] = slot(slice)
        end
        return fields
    end

    -- The total without the slices that fell out of the window since the head, and their fields.
    local function aged(name, total, head, slice)
        local gone = slots(head + 1, slice)
        for _, value in ipairs(call('HMGET', name, unpack(gone))) do
            total = total - (tonumber(value) or 0)
        end
        return total, gone
    end

    local function behind_head(count, here)
        -- The clock stands still at the head; only a replayed charge goes into an older slice.
        count.late = count.late or count.head - count.slice > slices
        if not count.at then
            count.slice = count.head
            here = tonumber(call('HGET', count.name, slot(count.head))) or 0
        end
        count.in_slice = here
    end

    function sliding.open(count)
        local w, name = count.w, count.name
        local width = tonumber(w)
        local slice = floor((count.at or now) / width)
        local stored
        if count.levels then
            stored = call('HMGET', name, 'w', 'h', 't', slot(slice), 'n')
            count.told = stored[1] == w and stored[5]
        else
            stored = call('HMGET', name, 'w', 'h', 't', slot(slice))
        end
        local head = tonumber(stored[2])
        count.slice, count.width = slice, width
        count.late = count.at and floor(now / width) - slice > slices
        if stored[1] ~= w or not head or slice - head > slices then
            count.fresh, count.stale, count.head = true, stored[1], slice
            count.outdated = stored[1] == w
            return
        end
        local total, here = tonumber(stored[3]), tonumber(stored[4]) or 0
        count.head = head
        if slice == head then
            count.in_slice = here
        elseif slice == head + 1 then
            total = total - here
        elseif slice > head then
            total, count.gone = aged(name, total, head, slice)
        else
            behind_head(count, here)
        end
        count.used = total
    end

    -- The slices in which something counts still, oldest first, with what is in them.
    local function counted_slices(count)
        local oldest = greatest(0, count.slice - slices)
        if count.fresh then
            return oldest, {}
        end
        return oldest, call('HMGET', count.name, unpack(slots(oldest, count.head)))
    end

    function sliding.next_free(count)
        if count.cost > count.max then
            return -1
        end
        local used = count.used
        local oldest, values = counted_slices(count)
        local slice = oldest
        for i = 1, #values do
            used = used - (tonumber(values[i]) or 0)
            slice = oldest + i - 1
            if count.cost <= count.max - used then
                break
            end
        end
        return (slice + slices + 1) * count.width
    end

    function sliding.frees(count)
        local oldest, values = counted_slices(count)
        for i = 1, #values do
            if (tonumber(values[i]) or 0) > 0 then
                return (oldest + i + slices) * count.width
            end
        end
        return 0
    end

    -- With what is added at once, to spare a command.
    function sliding.begin(count, added)
        if count.stale then
            call('DEL', count.name)
        end
        added = added or 0
        call('HSET', count.name, 'w', count.w, 'h', count.slice, 't', added, slot(count.slice), added)
    end

    function sliding.add(count)
        local name, slice, head = count.name, count.slice, count.head
        local added = least(count.cost, most_countable - count.in_slice)
        if count.fresh then
            sliding.begin(count, added)
        else
            if count.gone then
                call('HDEL', name, unpack(count.gone))
            end
            local total, here = count.used + added, count.in_slice + added
            if slice == head then
                -- The expiry stands: it is the newest slice's.
                call('HSET', name, 't', total, slot(slice), here)
                return
            end
            head = greatest(slice, head)
            call('HSET', name, 'h', head, 't', total, slot(slice), here)
        end
        -- Not before nothing is counted any more; longer than a window when the clock was set back.
        keep_until(name, (head + slices + 1) * count.width)
    end

    function sliding.taken(count)
        return count.slice
    end

    function sliding.refund(name, w, slice, cost)
        local stored = call('HMGET', name, 'w', 'h', 't', slot(slice))
        local head, total, here = tonumber(stored[2]), tonumber(stored[3]), tonumber(stored[4]) or 0
        if stored[1] ~= w or not head or slice > head or head - slice > slices then
            return
        end
        local back = least(cost, here)
        if back > 0 then
            call('HSET', name, 't', greatest(0, total - back), slot(slice), here - back)
        end
    end

    return sliding
end

-- Which of the three a time is in; the first and the last reach on for ever.
local function period_of(bounds, moment)
    if moment >= bounds[3] then
        return 3
    end
    return moment >= bounds[2] and 2 or 1
end

-- Sets count.period, the one in force: that of the clock, or a later one that has been counted in
-- on a machine whose clock is ahead. Whether what is stored was counted in it.
local function find_period(count, stored_w, began, ends)
    local bounds, moment = count.bounds, count.at or now
    began, ends = tonumber(began), tonumber(ends)
    count.period = period_of(bounds, moment)
    count.late = moment < bounds[1]
    count.began, count.ends = bounds[count.period], bounds[count.period + 1]
    if stored_w ~= count.w or not began then
        return false
    end
    for i = count.period, 3 do
        if bounds[i] == began and bounds[i + 1] == ends then
            count.late = count.late or count.period < i
            count.period, count.began, count.ends = i, began, ends
            return true
        end
    end
    if began < bounds[4] then
        return false
    end
    count.late, count.period, count.began, count.ends = true, 3, began, ends
    return true
end

-- When `cost` fits into a later period; behind the third its maximum goes on.
local function free_in_later_period(count, cost)
    for i = count.period + 1, 3 do
        if count.counts[i] == unlimited or cost <= count.counts[i] then
            return count.bounds[i]
        end
    end
    if count.period == 3 and cost <= count.max then
        return count.ends
    end
    return -1
end

local function calendar_kind()
    local calendar = { fits = fits }

    function calendar.open(count)
        read_periods(count)
        local stored = call('HMGET', count.name, 'w', 'p', 'e', 't', 'n')
        count.fresh = not find_period(count, stored[1], stored[2], stored[3])
        count.max = count.counts[count.period]
        count.used = count.fresh and 0 or tonumber(stored[4])
        count.told = not count.fresh and stored[5]
        count.stale = stored[1]
    end

    function calendar.next_free(count)
        return free_in_later_period(count, count.cost)
    end

    function calendar.frees(count)
        return count.ends
    end

    function calendar.begin(count, added)
        if count.stale then
            call('DEL', count.name)
        end
        call('HSET', count.name, 'w', count.w, 'p', count.began, 'e', count.ends, 't', added or 0)
    end

    function calendar.add(count)
        local total = least(count.used + count.cost, most_countable)
        if not count.fresh then
            call('HSET', count.name, 't', total)
            return
        end
        calendar.begin(count, total)
        keep_until(count.name, count.ends)
    end

    function calendar.taken(count)
        return count.began
    end

    function calendar.refund(name, w, began, cost)
        local stored = call('HMGET', name, 'w', 'p', 't')
        if stored[1] == w and tonumber(stored[2]) == began then
            call('HSET', name, 't', greatest(0, tonumber(stored[3]) - cost))
        end
    end

    return calendar
end

local function pacing_kind()
    local pacing = {}

    function pacing.open(count)
        local stored = call('HMGET', count.name, 'w', 'a')
        local arrival = stored[1] == count.w and tonumber(stored[2]) or 0
        count.interval = tonumber(string.sub(count.w, 2))
        count.now = (count.at or now) * 1000
        count.stale, count.fresh = stored[1], stored[1] ~= count.w
        count.arrival = greatest(arrival, count.now)
        count.used = ceil((count.arrival - count.now) / count.interval)
    end

    local function paced(count)
        return count.arrival + count.cost * count.interval
    end

    function pacing.fits(count)
        return count.cost <= count.max and paced(count) - count.now <= count.max * count.interval
    end

    function pacing.next_free(count)
        if count.cost > count.max then
            return -1
        end
        return ceil((paced(count) - count.max * count.interval) / 1000)
    end

    function pacing.frees(count)
        return ceil((count.arrival - (count.used - 1) * count.interval) / 1000)
    end

    function pacing.add(count)
        local arrival = least(paced(count), most_countable)
        if count.fresh and count.stale then
            call('DEL', count.name)
        end
        call('HSET', count.name, 'w', count.w, 'a', arrival)
        keep_until(count.name, ceil(arrival / 1000))
        count.used_after = ceil((arrival - count.now) / count.interval)
    end

    function pacing.taken()
        return 0
    end

    function pacing.refund(name, w, _, cost)
        local stored = call('HMGET', name, 'w', 'a')
        if stored[1] == w then
            local arrival = tonumber(stored[2])
            local back = cost * tonumber(string.sub(w, 2))
            -- What has run off since stays where it is: to raise it would hold up a clock set back.
            call('HSET', name, 'a', greatest(least(now * 1000, arrival), arrival - back))
        end
    end

    return pacing
end
