// Periods of a calendar: what the rate of a limit is at some moment.
#pragma once

#include <date/tz.h>

#include "policy/policy.h"

namespace spillway::policy {

// The rate as the counters understand it. A period begins when the wall clock of the zone shows its
// beginning for the first time, or jumps over it; so a day may have 23 or 25 hours. AtOnce is no
// rate of charges: it may not be given.
limits::Rate rate_at(const LimitRate& rate, const date::time_zone& zone, limits::Time now);

}  // namespace spillway::policy
