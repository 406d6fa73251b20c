-- How counts stand, without charging.
--
-- KEYS  hashes of plans, the counts
-- ARGV  what to look up of plans, the number of counts, the counts
-- Reply of each count: use, maximum, place of its plan, when the cost fits (-1 never), when the next
--       of what is used leaves (0 when nothing is)

local plans = look_up()
local standings = {}
for _ = 1, number() do
    local count = open_count(plans)
    local n = #standings
    standings[n + 1], standings[n + 2], standings[n + 3] = count.used, count.max, count.plan
    standings[n + 4] = has_room(count) and now or count.kind.next_free(count)
    standings[n + 5] = count.used > 0 and count.kind.frees(count) or 0
end
return standings
