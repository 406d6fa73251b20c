// One count under the law of Pacing (limits.h): the time from which on nothing waits any more. A
// value; not thread-safe by itself.
#pragma once

#include <cstdint>
#include <optional>

#include "limits/deed.h"
#include "limits/limits.h"

namespace spillway::limits {

class PacedCount {
  public:
    struct State {
        std::chrono::microseconds interval{1};
        std::int64_t tat = 0;  // theoretical arrival time, microseconds since the epoch
        friend bool operator==(const State&, const State&) = default;
    };

    explicit PacedCount(std::chrono::microseconds interval) : state_{interval, 0} {}
    explicit PacedCount(const Paced& deed) : state_{deed.interval, 0} {}
    explicit PacedCount(const State& state) : state_(state) {}

    std::int64_t used(Time now) const { return used_after(0, now); }
    std::int64_t used_after(std::int64_t cost, Time now) const;

    bool fits(std::int64_t cost, std::int64_t burst, Time now) const;
    // nullopt when cost > burst.
    std::optional<Time> next_free(std::int64_t cost, std::int64_t burst, Time now) const;
    // When the use gets less by one.
    std::optional<Time> frees(Time now) const;

    bool counts(const Paced& deed) const { return deed.interval == state_.interval; }
    void apply(const Paced& deed) { state_.tat = tat_after(deed.cost, deed.at); }
    void take_back(const Paced& deed, Time now);

    Time expires() const;
    std::chrono::milliseconds window() const;
    const State& state() const { return state_; }

  private:
    std::int64_t tat_after(std::int64_t cost, Time now) const;

    State state_;
};

}  // namespace spillway::limits
