-- Which levels of its maximum a count has crossed and not told yet. Told once in a window, by
-- whichever machine gets there first; a call whose reply was lost asks again and is told again.

-- What was told, by level: { until, token }. What is outdated stays: the clock may be set back.
local function told_levels(count)
    local told = {}
    for level, ends, token in string.gmatch(count.told or '', '(%d+):(%d+):(%S+)') do
        told[tonumber(level)] = { tonumber(ends), token }
    end
    return told
end

local function write_told(count, told, ends)
    local entries = {}
    for level, by in pairs(told) do
        entries[#entries + 1] = level .. ':' .. text(by[1]) .. ':' .. by[2]
    end
    -- To tell of a refusal starts a count anew that was of another kind or of another period.
    if count.fresh and not count.used_after and not count.outdated then
        count.kind.begin(count)
    end
    call('HSET', count.name, 'n', table.concat(entries, ' '))
    if call('PTTL', count.name) < ends - now then
        keep_until(count.name, ends)
    end
end

-- The crossed levels as a sum of bits, the first level's is 1. `reached` says whether a level is.
local function tell(count, token, reached)
    local told, crossed, changed = told_levels(count), 0, false
    local ends = count.ends or now + count.levels.told_for
    for i, level in ipairs(count.levels) do
        if reached(level) then
            if not told[level] or told[level][1] <= now then
                told[level] = { ends, token }
                changed = true
            end
            if told[level][2] == token then
                crossed = crossed + 2 ^ (i - 1)
            end
        end
    end
    -- What lay behind the window has been deleted with what was told since.
    if changed or count.fresh and count.used_after and next(told) then
        write_told(count, told, ends)
    end
    return crossed
end

local function crossed_when_granted(count, token)
    local crosses_any = count.max ~= unlimited and count.max ~= 0
    return tell(count, token, function(level)
        if not crosses_any then
            return false
        end
        local threshold = ceil(level * count.max / 100)
        return count.used < threshold and threshold <= count.used_after
    end)
end

local function crossed_when_refused(count, token)
    return tell(count, token, function(level)
        return level == 100
    end)
end
