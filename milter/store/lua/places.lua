-- Places that are held for as long as a connection lasts: a sorted set of holders, each with the
-- time in ms until which its process vouches for it.
--
-- hold   KEYS places, plans   ARGV "hold", holder, ms, what to look up of plans, how many places there
--        are (-1 unlimited), which plans replace that
--        Reply 1 held or 0 none left, places in use, places there are, the place of the plan
-- renew  KEYS places   ARGV "renew", ms, holders
--        Holders that lost their place while Redis was silent are there still, so they get one.

local verb, places = argument(), key()

local function vouch(holder, ms)
    call('ZADD', places, now + ms, holder)
    call('PEXPIRE', places, ms)
end

if verb == 'renew' then
    local ms = number()
    for _, holder in ipairs(argument_list()) do
        vouch(holder, ms)
    end
    return 1
end

local holder, ms = argument(), number()
local plans = look_up()
local most = number()
local planned_most, plan = planned(plans, number())
most = planned_most or most
call('ZREMRANGEBYSCORE', places, '-inf', now)
local used = call('ZCARD', places)
local held = call('ZSCORE', places, holder)
if not held and most ~= unlimited and used >= most then
    return { 0, used, most, plan }
end
vouch(holder, ms)
return { 1, held and used or used + 1, most, plan }
