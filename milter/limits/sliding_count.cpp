#include "limits/sliding_count.h"

#include <algorithm>
#include <numeric>

namespace spillway::limits {

namespace {

Time start_of(std::int64_t slice, std::int64_t slice_ms) {
    return Time{std::chrono::milliseconds{slice * slice_ms}};
}

}  // namespace

std::int64_t slice_width(std::chrono::milliseconds span) {
    return std::max<std::int64_t>(1, (span.count() + slices - 1) / slices);
}

SlidingCount::SlidingCount(std::chrono::milliseconds span) { state_.slice_ms = slice_width(span); }

SlidingCount::SlidingCount(const InSlice& deed) { state_.slice_ms = deed.slice_ms; }

SlidingCount::SlidingCount(State state)
    : state_(std::move(state)),
      total_(std::accumulate(
          state_.held.begin(), state_.held.end(), std::int64_t{0},
          [](std::int64_t sum, const Slice& slice) { return sum + slice.count; })) {}

std::int64_t SlidingCount::newest_slice(Time now) const {
    return std::max(state_.head, now.time_since_epoch().count() / state_.slice_ms);
}

std::int64_t SlidingCount::used(Time now) const {
    const std::int64_t oldest = newest_slice(now) - slices;
    std::int64_t used = total_;
    for (const Slice& slice : state_.held) {
        if (slice.number >= oldest) break;
        used -= slice.count;
    }
    return used;
}

void SlidingCount::apply(const InSlice& deed) { add_to(deed.slice, deed.cost); }

// The only step that needs memory comes first, so that without memory nothing is counted.
void SlidingCount::add_to(std::int64_t slice, std::int64_t cost) {
    if (cost == 0) return;
    slice = std::max(slice, state_.head);
    auto& held = state_.held;
    if (held.empty() || held.back().number < slice) held.push_back({slice, 0});
    state_.head = slice;
    const auto first = std::ranges::find_if(
        held, [slice](const Slice& old) { return old.number >= slice - slices; });
    for (auto old = held.begin(); old != first; ++old) total_ -= old->count;
    held.erase(held.begin(), first);
    Slice& current = held.back();
    const std::int64_t added = std::min(cost, most_countable - current.count);
    current.count += added;
    total_ += added;
}

void SlidingCount::take_back(const InSlice& deed, Time) {
    const auto slice = std::ranges::find(state_.held, deed.slice, &Slice::number);
    if (slice == state_.held.end()) return;
    const std::int64_t back = std::min(deed.cost, slice->count);
    slice->count -= back;
    total_ -= back;
    if (slice->count == 0) state_.held.erase(slice);
}

std::optional<Time> SlidingCount::next_free(std::int64_t cost, std::int64_t limit, Time now) const {
    if (cost > limit) return std::nullopt;
    std::int64_t used = this->used(now);
    if (used <= limit - cost) return now;
    const std::int64_t oldest = newest_slice(now) - slices;
    for (const Slice& slice : state_.held) {
        if (slice.number < oldest) continue;
        used -= slice.count;
        if (used <= limit - cost) return start_of(slice.number + slices + 1, state_.slice_ms);
    }
    return now;  // not reached: without any slice nothing is used
}

std::optional<Time> SlidingCount::frees(Time now) const {
    const std::int64_t oldest = newest_slice(now) - slices;
    const auto first = std::ranges::find_if(
        state_.held, [oldest](const Slice& slice) { return slice.number >= oldest; });
    if (first == state_.held.end()) return std::nullopt;
    return start_of(first->number + slices + 1, state_.slice_ms);
}

Time SlidingCount::expires() const { return start_of(state_.head + slices + 1, state_.slice_ms); }

std::chrono::milliseconds SlidingCount::window() const {
    return std::chrono::milliseconds{state_.slice_ms * slices};
}

}  // namespace spillway::limits
