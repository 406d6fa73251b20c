// One count under the law of the window (see limits.h). A value; not thread-safe by itself.
//
// Asking changes nothing; only add() moves the count forward. A clock that went backwards counts as
// standing still where the count was last added to, so it never frees room.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "limits/limits.h"

namespace spillway::limits {

// Width of a slice in milliseconds, rounded up so that all slices together are never shorter than
// span.
std::int64_t slice_width(std::chrono::milliseconds span);

class SlidingCount {
  public:
    // All there is to know of a count. Slice number n since the epoch is kept at n modulo slices +
    // 1: the slice that is passing and the full ones before it.
    struct State {
        std::int64_t slice_ms = 1;
        std::int64_t head = 0;  // number of the newest slice added to
        std::array<std::int64_t, slices + 1> counts{};
        friend bool operator==(const State&, const State&) = default;
    };

    explicit SlidingCount(std::chrono::milliseconds span);
    explicit SlidingCount(const State& state);

    std::int64_t used(Time now) const;
    void add(std::int64_t cost, Time now);

    // When `cost` fits under `limit` if nothing else is added; nullopt when cost > limit.
    std::optional<Time> next_free(std::int64_t cost, std::int64_t limit, Time now) const;

    // From when on nothing is counted any more.
    Time expires() const;

    std::chrono::milliseconds window() const;
    const State& state() const { return state_; }

  private:
    std::int64_t newest_slice(Time now) const;

    State state_;
    std::int64_t total_ = 0;  // of all counts
};

}  // namespace spillway::limits
