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
    call('HDEL', receipts, token)
    return 1
end
call('HSET', receipts, token, '-' .. text(now))
call('PEXPIRE', receipts, kept)
return 0
