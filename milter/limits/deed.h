// What a granted charge does to a count, so far resolved that doing it again elsewhere does the
// same and taking it back is exact: what receipts hold and the journal tells.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "limits/limits.h"

namespace spillway::limits {

struct InSlice {
    std::int64_t slice_ms = 1;
    std::int64_t slice = 0;  // number since the epoch
    std::int64_t cost = 0;
    friend bool operator==(const InSlice&, const InSlice&) = default;
};

struct Period {
    Time start{};
    Time end{};  // not included
    friend bool operator==(const Period&, const Period&) = default;
};

struct InPeriod {
    Period period;
    std::int64_t cost = 0;
    friend bool operator==(const InPeriod&, const InPeriod&) = default;
};

struct Paced {
    std::chrono::microseconds interval{1};
    Time at{};
    std::int64_t cost = 0;
    friend bool operator==(const Paced&, const Paced&) = default;
};

// Members seen at one time: those that were not counted before, and the others.
struct Seen {
    Time at{};
    std::vector<std::string> fresh{};
    std::vector<std::string> again{};
    friend bool operator==(const Seen&, const Seen&) = default;
};

struct SeenInSpan {
    std::chrono::milliseconds span{};
    Seen seen;
    friend bool operator==(const SeenInSpan&, const SeenInSpan&) = default;
};

struct SeenInPeriod {
    Period period;
    Seen seen;
    friend bool operator==(const SeenInPeriod&, const SeenInPeriod&) = default;
};

using What = std::variant<InSlice, InPeriod, Paced, SeenInSpan, SeenInPeriod>;

struct Deed {
    std::string key;
    std::string account;
    What what;
    std::vector<int> told{};  // levels, until told_until
    Time told_until{};
    friend bool operator==(const Deed&, const Deed&) = default;
};

}  // namespace spillway::limits
