// What a limit says of numbers and times, as values: "500/1h", "25000/month", "1/8s" with a burst.
//
// Leaf parsers: they know no place in a file; their mistakes are phrases for a diagnostic.
#pragma once

#include <cstdint>
#include <string_view>

#include <date/date.h>

#include "language/values.h"
#include "policy/policy.h"

namespace spillway::language {

// Whether amounts are plain numbers or, as bytes are, sizes such as 2G.
enum class Amounts { numbers, sizes };

Parsed<std::int64_t> parse_maximum(std::string_view text, Amounts amounts);  // or "unlimited"

// COUNT/PERIOD without blanks: a duration slides, a calendar word starts anew with the calendar.
Parsed<policy::LimitRate> parse_rate(std::string_view text, Amounts amounts);

// The pause of a pacing rate is rounded up to a microsecond, so that it never goes too fast. A
// whole burst runs off within ten years, as times are counted in doubles (limits.h:
// most_countable).
Parsed<limits::Pacing> parse_pacing(std::string_view rate, std::string_view burst, Amounts amounts);

Parsed<date::local_days> parse_day(std::string_view text);  // "2026-11-23"

Parsed<int> parse_percent(std::string_view text);  // "80%": 1 to 100

}  // namespace spillway::language
