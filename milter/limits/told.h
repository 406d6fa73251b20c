// Which levels of a limit were told, each once in a window (Granted::crossed).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "limits/limits.h"

namespace spillway::limits {

struct Told {
    int level = 0;
    Time until{};  // not told again before
    friend bool operator==(const Told&, const Told&) = default;
};
using ToldLevels = std::vector<Told>;

// The use from which on a level is crossed; nullopt when none crosses it.
std::optional<std::int64_t> threshold(int level, std::int64_t max);

// Those of `levels` that growing from `before` to `after` crosses, and that are not told already.
std::vector<int> crossed(const std::vector<int>& levels, std::int64_t before, std::int64_t after,
                         std::int64_t max, const ToldLevels& told, Time now);

// {100} when that is among the levels and not told already: what a refusal tells.
std::vector<int> crossed_by_refusal(const std::vector<int>& levels, const ToldLevels& told,
                                    Time now);

// Out of memory some may be marked and others not.
void mark(ToldLevels& told, const std::vector<int>& levels, Time until);

}  // namespace spillway::limits
