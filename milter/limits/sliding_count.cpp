#include "limits/sliding_count.h"

#include <algorithm>
#include <numeric>

namespace spillway::limits {

namespace {

std::size_t slot(std::int64_t slice) { return static_cast<std::size_t>(slice % (slices + 1)); }

Time start_of(std::int64_t slice, std::int64_t slice_ms) {
    return Time{std::chrono::milliseconds{slice * slice_ms}};
}

}  // namespace

std::int64_t slice_width(std::chrono::milliseconds span) {
    return std::max<std::int64_t>(1, (span.count() + slices - 1) / slices);
}

SlidingCount::SlidingCount(std::chrono::milliseconds span) { state_.slice_ms = slice_width(span); }

SlidingCount::SlidingCount(const State& state)
    : state_(state),
      total_(std::accumulate(state.counts.begin(), state.counts.end(), std::int64_t{0})) {}

std::int64_t SlidingCount::newest_slice(Time now) const {
    return std::max(state_.head, now.time_since_epoch().count() / state_.slice_ms);
}

std::int64_t SlidingCount::used(Time now) const {
    const std::int64_t newest = newest_slice(now);
    if (newest - state_.head > slices) return 0;
    std::int64_t used = total_;
    for (std::int64_t slice = state_.head + 1; slice <= newest; ++slice)
        used -= state_.counts[slot(slice)];
    return used;
}

void SlidingCount::add(std::int64_t cost, Time now) {
    const std::int64_t newest = newest_slice(now);
    if (newest - state_.head > slices) {
        state_.counts.fill(0);
        total_ = 0;
        state_.head = newest;
    }
    while (state_.head < newest) {
        std::int64_t& oldest = state_.counts[slot(++state_.head)];
        total_ -= oldest;
        oldest = 0;
    }
    std::int64_t& current = state_.counts[slot(newest)];
    const std::int64_t added = std::min(cost, most_countable - current);
    current += added;
    total_ += added;
}

std::optional<Time> SlidingCount::next_free(std::int64_t cost, std::int64_t limit, Time now) const {
    if (cost > limit) return std::nullopt;
    std::int64_t used = this->used(now);
    if (used <= limit - cost) return now;
    // Slices before the epoch and after the head hold nothing, whatever stands in their slots.
    const std::int64_t newest = newest_slice(now);
    std::int64_t slice = std::max<std::int64_t>(0, newest - slices);
    for (; slice <= state_.head; ++slice) {
        used -= state_.counts[slot(slice)];
        if (used <= limit - cost) break;
    }
    return start_of(slice + slices + 1, state_.slice_ms);
}

Time SlidingCount::expires() const { return start_of(state_.head + slices + 1, state_.slice_ms); }

std::chrono::milliseconds SlidingCount::window() const {
    return std::chrono::milliseconds{state_.slice_ms * slices};
}

}  // namespace spillway::limits
