-- Says that a process is alive, and learns how many are: each says so every few seconds.
--
-- KEYS  the processes, each with the time in ms it was last heard
-- ARGV  this one, for how long one that is silent counts in ms

local daemons, this, patience = key(), argument(), number()
call('ZADD', daemons, now, this)
call('ZREMRANGEBYSCORE', daemons, '-inf', now - patience)
call('PEXPIRE', daemons, patience)
return call('ZCARD', daemons)
