#include "limits/paced_count.h"

#include <algorithm>

#include "limits/merged.h"

namespace spillway::limits {

namespace {

std::int64_t microseconds_of(Time now) {
    return std::chrono::microseconds{now.time_since_epoch()}.count();
}

Time rounded_up(std::int64_t us) {
    return Time{std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds{us})};
}

}  // namespace

// Beyond a whole burst no plan but `unlimited` ever gets, which need not remember more than that.
std::int64_t PacedCount::tat_after(std::int64_t cost, Time now) const {
    const std::int64_t each = state_.interval.count();
    const std::int64_t whole = longest_burst.count();
    const std::int64_t tat = std::max(state_.tat, microseconds_of(now));
    return std::min(tat + std::min(cost, whole / each) * each, std::max(tat, 2 * whole));
}

std::int64_t PacedCount::used_after(std::int64_t cost, Time now) const {
    const std::int64_t ahead = tat_after(cost, now) - microseconds_of(now);
    return (ahead + state_.interval.count() - 1) / state_.interval.count();
}

bool PacedCount::fits(std::int64_t cost, std::int64_t burst, Time now) const {
    return cost <= burst &&
           tat_after(cost, now) - microseconds_of(now) <= burst * state_.interval.count();
}

std::optional<Time> PacedCount::next_free(std::int64_t cost, std::int64_t burst, Time now) const {
    if (cost > burst) return std::nullopt;
    const std::int64_t room = tat_after(cost, now) - burst * state_.interval.count();
    return std::max(now, rounded_up(room));
}

std::optional<Time> PacedCount::frees(Time now) const {
    const std::int64_t used = this->used(now);
    if (used == 0) return std::nullopt;
    return rounded_up(state_.tat - (used - 1) * state_.interval.count());
}

void PacedCount::take_back(const Paced& deed, Time now) {
    const std::int64_t each = state_.interval.count();
    const std::int64_t back = std::min(deed.cost, longest_burst.count() / each) * each;
    const std::int64_t least = std::min(state_.tat, microseconds_of(now));
    state_.tat = std::max(least, state_.tat - back);
}

Time PacedCount::expires() const { return rounded_up(state_.tat); }

std::chrono::milliseconds PacedCount::window() const {
    return std::chrono::ceil<std::chrono::milliseconds>(state_.interval);
}

}  // namespace spillway::limits
