// Counts of different things (Charge::members) under the laws of Sliding and of Calendar. Values;
// not thread-safe by themselves.
#pragma once

#include <cstdint>
#include <optional>

#include "limits/deed.h"
#include "limits/limits.h"
#include "limits/members.h"

namespace spillway::limits {

// Within any span, to the millisecond.
class DistinctInSpan {
  public:
    explicit DistinctInSpan(std::chrono::milliseconds span) : span_(span) {}
    explicit DistinctInSpan(const SeenInSpan& deed) : span_(deed.span) {}

    std::int64_t used(Time now) const;
    SeenInSpan seeing(const std::vector<std::string>& own, Time now) const;
    // When the call's own members fit under `max`; nullopt when they are more than that.
    std::optional<Time> next_free(const std::vector<std::string>& own, std::int64_t max,
                                  Time now) const;
    std::optional<Time> frees(Time now) const;

    bool counts(const SeenInSpan& deed) const { return deed.span == span_; }
    void apply(const SeenInSpan& deed);
    void take_back(const SeenInSpan& deed, Time) { members_.unsee(deed.seen); }

    Time expires() const { return members_.newest_or(Time{}) + span_; }
    std::chrono::milliseconds window() const { return span_; }
    const Members& members() const { return members_; }

  private:
    Time last_not_counted(Time now) const { return members_.newest_or(now) - span_; }

    std::chrono::milliseconds span_;
    Members members_;
};

// Within a period of the calendar.
class DistinctInPeriod {
  public:
    explicit DistinctInPeriod(const Period& period) : period_(period) {}
    explicit DistinctInPeriod(const SeenInPeriod& deed) : period_(deed.period) {}

    std::int64_t used(Time now) const;
    SeenInPeriod seeing(const std::vector<std::string>& own, Time now) const;
    std::optional<Time> frees(Time now) const;

    bool counts(const SeenInPeriod& deed) const { return deed.period == period_; }
    void apply(const SeenInPeriod& deed) { members_.see(deed.seen); }
    void take_back(const SeenInPeriod& deed, Time) { members_.unsee(deed.seen); }

    Time expires() const { return period_.end; }
    std::chrono::milliseconds window() const { return period_.end - period_.start; }
    const Period& period() const { return period_; }
    const Members& members() const { return members_; }

  private:
    Period period_;
    Members members_;
};

}  // namespace spillway::limits
