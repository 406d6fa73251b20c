// What a call asks, brought into the form that all stores count by.
#pragma once

#include <cstddef>
#include <vector>

#include "limits/counters.h"
#include "limits/limits.h"

namespace spillway::limits {

// Costs and maxima as what can be counted: none below 0, none above most_countable but `unlimited`.
std::int64_t countable(std::int64_t amount);
std::int64_t countable_max(std::int64_t max);

// Bounds that keep every product of Pacing within what Redis's Lua counts exactly: an interval of
// at most two years, and a whole burst of at most 142.
inline constexpr std::chrono::microseconds longest_interval{std::int64_t{1} << 46};
inline constexpr std::chrono::microseconds longest_burst{std::int64_t{1} << 52};

// The charges of a call with each key once. Charges of one key become one: costs add up, members
// are joined, and the lowest maximum counts; of rates of two kinds, plans and levels the first's.
// Keys, accounts and members are bounded (key_text.h), amounts countable.
struct Merged {
    std::vector<Charge> charges;
    std::vector<std::size_t> place;  // of each charge asked, among `charges`

    Answers spread(const Answers& answers) const;  // one for each charge asked
};
Merged merged(const std::vector<Charge>& charges);

// The same, bounded and without doubles, for what else a store keeps.
Mailing bounded(const Mailing& mailing);
Suspect bounded(const Suspect& suspect);
Plan bounded(const Plan& plan);

// Whose receipts a call's are: of its first charge, else its first sender; "" when it has neither.
std::string owner_of(const Call& call);

}  // namespace spillway::limits
