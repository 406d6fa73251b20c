#include "limits/told.h"

#include <algorithm>

namespace spillway::limits {

namespace {

bool is_told(const ToldLevels& told, int level, Time now) {
    return std::ranges::any_of(
        told, [&](const Told& one) { return one.level == level && now < one.until; });
}

}  // namespace

// In two parts: level * max may be more than 64 bits hold.
std::optional<std::int64_t> threshold(int level, std::int64_t max) {
    if (max == unlimited || max <= 0) return std::nullopt;
    return max / 100 * level + (max % 100 * level + 99) / 100;
}

std::vector<int> crossed(const std::vector<int>& levels, std::int64_t before, std::int64_t after,
                         std::int64_t max, const ToldLevels& told, Time now) {
    std::vector<int> crossed;
    for (const int level : levels) {
        const auto at = threshold(level, max);
        if (at && before < *at && *at <= after && !is_told(told, level, now))
            crossed.push_back(level);
    }
    return crossed;
}

std::vector<int> crossed_by_refusal(const std::vector<int>& levels, const ToldLevels& told,
                                    Time now) {
    if (std::ranges::find(levels, 100) == levels.end() || is_told(told, 100, now)) return {};
    return {100};
}

void mark(ToldLevels& told, const std::vector<int>& levels, Time until) {
    for (const int level : levels) {
        const auto known = std::ranges::find(told, level, &Told::level);
        if (known == told.end()) {
            told.push_back({level, until});
        } else {
            known->until = until;
        }
    }
}

}  // namespace spillway::limits
