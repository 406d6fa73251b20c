-- Takes back what a call has charged, or keeps it from charging when it is yet to come.
--
-- KEYS  receipts of the message
-- ARGV  token, how long receipts are kept in ms
-- Reply 1 when something was taken back

local receipts, token, kept = key(), argument(), number()
local found = call('HGET', receipts, token)
local _, receipt
if found then
    _, receipt = read_receipt(found)
end
if receipt then
    take_back(receipt)
end
-- Marked in either case: the same call may still come, or once more.
call('HSET', receipts, token, mark())
if not receipt then
    call('PEXPIRE', receipts, kept)
elseif call('HLEN', receipts) == 1 then
    call('PEXPIRE', receipts, cancelled_kept)
end
return receipt and 1 or 0
