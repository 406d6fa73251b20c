// One count of any kind: what it says to a charge, and what a charge does to it.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "limits/calendar_count.h"
#include "limits/deed.h"
#include "limits/distinct_count.h"
#include "limits/limits.h"
#include "limits/paced_count.h"
#include "limits/sliding_count.h"

namespace spillway::limits {

using Count =
    std::variant<SlidingCount, CalendarCount, PacedCount, DistinctInSpan, DistinctInPeriod>;

// What a charge finds.
struct Look {
    std::int64_t used = 0;
    std::int64_t used_after = 0;  // if it is granted
    std::int64_t max = unlimited;
    bool fits = true;
    bool plan_counts = false;         // the maximum is the plan's
    bool is_known = false;            // the count is of the charge's kind, width and period
    std::optional<Time> next_free{};  // `now` when it fits
    Time told_until{};                // a level that is told now is not told again before
    What what{};                      // the deed if it is granted
};

// `count` is null when there is none, `plan` the maximum that replaces the rate's. The charge is as
// merged() leaves it.
Look look(const Charge& charge, const Count* count, const std::optional<std::int64_t>& plan,
          Time now);

// A deed that costs nothing, for the same count as `what`.
What without_cost(What what);

// Whether the deed is of this count, or starts it anew.
bool counts(const Count& count, const What& what);
// An empty one.
Count count_for(const What& what);
// Of a count that counts the deed. Out of memory nothing is counted.
void apply(Count& count, const What& what);
// Nothing, when the count does not count the deed.
void take_back(Count& count, const What& what, Time now);

std::int64_t used(const Count& count, Time now);
std::optional<Time> frees(const Count& count, Time now);
Time expires(const Count& count);
std::chrono::milliseconds window(const Count& count);

}  // namespace spillway::limits
