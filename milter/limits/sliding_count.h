// One count under the law of Sliding (limits.h). A value; not thread-safe by itself.
//
// Asking changes nothing; only adding moves the count forward. A clock that went backwards counts
// as standing still where the count was last added to, so it never frees room. Only slices that
// hold something take memory, 16 bytes each: most customers send in a few slices of a day.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "limits/deed.h"
#include "limits/limits.h"

namespace spillway::limits {

// Width of a slice in milliseconds, rounded up so that all slices together are never shorter than
// span.
std::int64_t slice_width(std::chrono::milliseconds span);

class SlidingCount {
  public:
    struct Slice {
        std::int64_t number = 0;  // since the epoch
        std::int64_t count = 0;
        friend bool operator==(const Slice&, const Slice&) = default;
    };
    // All there is to know of a count.
    struct State {
        std::int64_t slice_ms = 1;
        std::int64_t head = 0;      // number of the newest slice added to
        std::vector<Slice> held{};  // ascending, none after head, none empty
        friend bool operator==(const State&, const State&) = default;
    };

    explicit SlidingCount(std::chrono::milliseconds span);
    explicit SlidingCount(const InSlice& deed);
    explicit SlidingCount(State state);

    std::int64_t used(Time now) const;
    // The slice that what is added now is counted in.
    std::int64_t newest_slice(Time now) const;
    void add(std::int64_t cost, Time now) { add_to(newest_slice(now), cost); }

    // When `cost` fits under `limit` if nothing else is added; nullopt when cost > limit.
    std::optional<Time> next_free(std::int64_t cost, std::int64_t limit, Time now) const;
    // When the oldest slice leaves; nullopt when nothing is counted.
    std::optional<Time> frees(Time now) const;

    bool counts(const InSlice& deed) const { return deed.slice_ms == state_.slice_ms; }
    void apply(const InSlice& deed);
    void take_back(const InSlice& deed, Time now);

    // From when on nothing is counted any more.
    Time expires() const;

    std::chrono::milliseconds window() const;
    const State& state() const { return state_; }

  private:
    void add_to(std::int64_t slice, std::int64_t cost);

    State state_;
    std::int64_t total_ = 0;  // of all that is held
};

}  // namespace spillway::limits
