// One count under the law of Calendar (limits.h). A value; not thread-safe by itself.
#pragma once

#include <cstdint>
#include <optional>

#include "limits/deed.h"
#include "limits/limits.h"

namespace spillway::limits {

// The period of a rate that a charge falls into at `now`, when `stored` is the period that its
// count was last added to.
struct InForce {
    Period period;
    std::size_t place = 0;   // among the rate's periods; 2 also for one that is behind them
    bool is_stored = false;  // what is counted is of this period
};
InForce in_force(const Calendar& rate, const std::optional<Period>& stored, Time now);

// When `cost` fits into a later period; nullopt when into none. `plan` replaces all maxima.
std::optional<Time> later_room(const Calendar& rate, const InForce& in_force,
                               const std::optional<std::int64_t>& plan, std::int64_t cost);

class CalendarCount {
  public:
    struct State {
        Period period;
        std::int64_t count = 0;
        friend bool operator==(const State&, const State&) = default;
    };

    explicit CalendarCount(const InPeriod& deed) : state_{deed.period, 0} {}
    explicit CalendarCount(const State& state) : state_(state) {}

    std::int64_t used(Time now) const { return now < state_.period.end ? state_.count : 0; }
    std::optional<Time> frees(Time now) const;

    bool counts(const InPeriod& deed) const { return deed.period == state_.period; }
    void apply(const InPeriod& deed);
    void take_back(const InPeriod& deed, Time now);

    Time expires() const { return state_.period.end; }
    std::chrono::milliseconds window() const { return state_.period.end - state_.period.start; }
    const State& state() const { return state_; }

  private:
    State state_;
};

}  // namespace spillway::limits
