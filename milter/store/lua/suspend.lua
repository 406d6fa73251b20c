-- Suspends one sender; who is no longer suspended leaves the hash.
--
-- KEYS  suspensions of the account
-- ARGV  who, until when in ms, the reason

local suspensions, who, ends, reason = key(), argument(), number(), argument()
local last = ends
local all = call('HGETALL', suspensions)
for i = 1, #all, 2 do
    local other_ends = tonumber(string.match(all[i + 1], '^%d+'))
    if other_ends <= now then
        call('HDEL', suspensions, all[i])
    else
        last = greatest(last, other_ends)
    end
end
call('HSET', suspensions, who, text(ends) .. ' ' .. reason)
call('PEXPIRE', suspensions, text(greatest(1, last - now)))
return 1
