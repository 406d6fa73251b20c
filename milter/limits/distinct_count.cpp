#include "limits/distinct_count.h"

#include <algorithm>

namespace spillway::limits {

std::int64_t DistinctInSpan::used(Time now) const {
    return static_cast<std::int64_t>(members_.count_after(last_not_counted(now)));
}

SeenInSpan DistinctInSpan::seeing(const std::vector<std::string>& own, Time now) const {
    return {span_, members_.seeing(own, now, last_not_counted(now))};
}

std::optional<Time> DistinctInSpan::next_free(const std::vector<std::string>& own, std::int64_t max,
                                              Time now) const {
    const auto cost = static_cast<std::int64_t>(own.size());
    if (cost > max) return std::nullopt;
    const auto fresh = static_cast<std::int64_t>(seeing(own, now).seen.fresh.size());
    const std::int64_t too_many = used(now) + fresh - max;
    if (too_many <= 0) return now;
    const auto seen =
        members_.seen_by_rank(static_cast<std::size_t>(too_many), last_not_counted(now), own);
    return seen ? std::optional(*seen + span_) : std::nullopt;
}

std::optional<Time> DistinctInSpan::frees(Time now) const {
    const auto oldest = members_.seen_by_rank(1, last_not_counted(now), {});
    if (!oldest) return std::nullopt;
    return *oldest + span_;
}

void DistinctInSpan::apply(const SeenInSpan& deed) {
    // What only tells moves no clock: one set back must still find everybody.
    if (deed.seen.fresh.empty() && deed.seen.again.empty()) return;
    members_.see(deed.seen);
    members_.forget_until(members_.newest_or(deed.seen.at) - span_);
}

std::int64_t DistinctInPeriod::used(Time now) const {
    return now < period_.end ? static_cast<std::int64_t>(members_.size()) : 0;
}

SeenInPeriod DistinctInPeriod::seeing(const std::vector<std::string>& own, Time now) const {
    return {period_, members_.seeing(own, now, Time::min())};
}

std::optional<Time> DistinctInPeriod::frees(Time now) const {
    if (used(now) == 0) return std::nullopt;
    return period_.end;
}

}  // namespace spillway::limits
