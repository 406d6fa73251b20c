#include "policy/calendar.h"

#include <algorithm>
#include <stdexcept>

#include "policy/variants.h"

namespace spillway::policy {
namespace {

using date::days;
using date::local_days;

limits::Time begin_of(local_days day, const date::time_zone& zone) {
    // Of a midnight that comes twice the first; of one that is skipped, when it is.
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        zone.to_sys(day, date::choose::earliest));
}

local_days first_of_month(local_days day, int months_later) {
    const date::year_month_day whole{day};
    return local_days{(whole.year() / whole.month() + date::months{months_later}) / 1};
}

// The first day of the period `later` periods after the one that `day` is in.
local_days first_day(Period period, local_days day, int later) {
    if (period == Period::month) return first_of_month(day, later);
    if (period == Period::week) {
        const auto since_monday = date::weekday{day} - date::Monday;
        return day - since_monday + days{7 * later};
    }
    return day + days{later};
}

// Hours keep their length: where the clock is set by half an hour they go on from there.
std::array<limits::Time, 4> hours_around(limits::Time now, const date::time_zone& zone) {
    const std::chrono::seconds offset = zone.get_info(now).offset;
    const limits::Time begin = date::floor<std::chrono::hours>(now + offset) - offset;
    const std::chrono::hours hour{1};
    return {begin - hour, begin, begin + hour, begin + 2 * hour};
}

local_days day_of(limits::Time now, const date::time_zone& zone) {
    return date::floor<days>(zone.to_local(now));
}

std::array<limits::Time, 4> bounds_around(Period period, limits::Time now,
                                          const date::time_zone& zone) {
    if (period == Period::hour) return hours_around(now, zone);
    const local_days today = day_of(now, zone);
    std::array<limits::Time, 4> bounds{};
    for (int i = 0; i < 4; ++i)
        bounds[static_cast<std::size_t>(i)] = begin_of(first_day(period, today, i - 1), zone);
    return bounds;
}

std::int64_t step_at(const Ladder& ladder, local_days day) {
    const auto last = static_cast<std::int64_t>(ladder.steps.size()) - 1;
    const auto step = std::clamp<std::int64_t>((day - ladder.from).count(), 0, last);
    return ladder.steps[static_cast<std::size_t>(step)];
}

}  // namespace

limits::Rate rate_at(const LimitRate& rate, const date::time_zone& zone, limits::Time now) {
    return std::visit(Overloaded{
                          [](const limits::Sliding& sliding) -> limits::Rate { return sliding; },
                          [](const limits::Pacing& pacing) -> limits::Rate { return pacing; },
                          [&](const PerPeriod& per) -> limits::Rate {
                              return limits::Calendar{bounds_around(per.period, now, zone),
                                                      {per.count, per.count, per.count}};
                          },
                          [&](const Ladder& ladder) -> limits::Rate {
                              const local_days today = day_of(now, zone);
                              return limits::Calendar{
                                  bounds_around(Period::day, now, zone),
                                  {step_at(ladder, today - days{1}), step_at(ladder, today),
                                   step_at(ladder, today + days{1})}};
                          },
                          [](const AtOnce&) -> limits::Rate {
                              throw std::logic_error("what is held at once has no rate");
                          },
                      },
                      rate);
}

}  // namespace spillway::policy
