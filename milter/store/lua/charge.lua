-- Charges all counts of one message or none.
--
-- KEYS  receipts of the message, hashes of suspensions, hashes of plans, the counts
-- ARGV  token, how long receipts are kept and from what age one is unanswered (ms), the age of a
--       charge that is made by force ("" for one that asks), what to look up of suspensions and of
--       plans, the number of counts, the counts, 1 and the mailing or 0
-- Reply { 0, the use of each count, then of each that has more to say: its number, when the cost fits
--       (0 now, -1 never, else ms since the epoch), the maximum in force (-1 unlimited), the place of
--       its plan, the crossed levels }; when all fit all are charged, and the use includes it
--       { 1, the place of a suspended sender, "UNTIL REASON" }
--       { 2 } when the call was cancelled before it came

local receipts, token = key(), argument()
local kept, unanswered, age = number(), number(), number()

local open = call('HGETALL', receipts)
for i = 1, #open, 2 do
    local since, receipt = read_receipt(open[i + 1])
    if open[i] == token then
        return receipt and receipt[2] or { 2 }
    elseif receipt and not age and now - since >= unanswered then
        take_back(receipt)
        call('HSET', receipts, open[i], mark())
    elseif not receipt and now - since > cancelled_kept then
        call('HDEL', receipts, open[i])
    end
end

local senders = look_up()
for i, suspension in ipairs(senders) do
    if suspension and tonumber(string.match(suspension, '^%d+')) > now then
        return { 1, i, suspension }
    end
end

local plans = look_up()
local number_of_counts, at = number(), age and now - age
local counts, answers, room = {}, { 0 }, true
local free, crossed = {}, {}
for i = 1, number_of_counts do
    local count = open_count(plans, at)
    counts[i] = count
    answers[i + 1] = count.used
    if not at and not has_room(count) then
        free[i] = count.kind.next_free(count)
        crossed[i] = count.levels and crossed_when_refused(count, token)
        room = false
    end
end

local function charge(i, count)
    if count.cost == 0 and not count.asked or at and count.late then
        count.cost = 0
        return
    end
    count.kind.add(count)
    count.used_after = count.used_after or count.used + count.cost
    answers[i + 1] = least(count.used_after, most_countable)
    crossed[i] = count.levels and crossed_when_granted(count, token)
end
for i = 1, room and number_of_counts or 0 do
    charge(i, counts[i])
end

local n = number_of_counts + 1
for i, count in ipairs(counts) do
    if free[i] or count.plan ~= 0 or count.counts or crossed[i] then
        answers[n + 1], answers[n + 2], answers[n + 3] = i, free[i] or 0, count.max
        answers[n + 4], answers[n + 5] = count.plan, crossed[i] or 0
        n = n + 5
    end
end
if not room then
    return answers
end
if argument() == '1' then
    record_mailing()
end
if number_of_counts > 0 then
    call('HSET', receipts, token, receipt_of(counts, answers))
    call('PEXPIRE', receipts, kept)
end
return answers
