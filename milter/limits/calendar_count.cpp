#include "limits/calendar_count.h"

#include <algorithm>

namespace spillway::limits {

InForce in_force(const Calendar& rate, const std::optional<Period>& stored, Time now) {
    const auto period = [&rate](std::size_t i) {
        return Period{rate.bounds[i], rate.bounds[i + 1]};
    };
    std::size_t place = 0;
    while (place < 2 && now >= rate.bounds[place + 1]) ++place;
    if (stored) {
        for (std::size_t i = place; i < 3; ++i)
            if (period(i) == *stored) return {*stored, i, true};
        if (stored->start >= rate.bounds[3]) return {*stored, 2, true};
    }
    return {period(place), place, false};
}

std::optional<Time> later_room(const Calendar& rate, const InForce& in_force,
                               const std::optional<std::int64_t>& plan, std::int64_t cost) {
    const auto takes = [&](std::size_t i) { return cost <= plan.value_or(rate.counts[i]); };
    for (std::size_t i = in_force.place + 1; i < 3; ++i)
        if (takes(i)) return rate.bounds[i];
    if (!takes(2)) return std::nullopt;
    return std::max(in_force.period.end, rate.bounds[3]);
}

std::optional<Time> CalendarCount::frees(Time now) const {
    if (used(now) == 0) return std::nullopt;
    return state_.period.end;
}

void CalendarCount::apply(const InPeriod& deed) {
    state_.count = std::min(state_.count + deed.cost, most_countable);
}

void CalendarCount::take_back(const InPeriod& deed, Time) {
    state_.count -= std::min(deed.cost, state_.count);
}

}  // namespace spillway::limits
