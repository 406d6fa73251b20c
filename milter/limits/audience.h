// To whom one mailing went. Not thread-safe by itself.
//
// Recipients are kept as 64-bit digests: 16 bytes each, and no address in memory or on disk. Two of
// one digest pass for one: nobody gains by that who wants to reach both. Beyond a thousand they are
// estimated: for each span in slices of a twelfth of it, 4 kB each, so that what is told is of a
// span and up to a slice more.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "limits/distinct_estimate.h"
#include "limits/limits.h"

namespace spillway::limits {

std::uint64_t recipient_digest(std::string_view recipient);

inline constexpr std::size_t most_exact_recipients = 1000;

// How many in one span, about.
struct SpanEstimate {
    struct Slice {
        std::int64_t number = 0;  // since the epoch
        DistinctEstimate reached{};
        friend bool operator==(const Slice&, const Slice&) = default;
    };
    std::chrono::milliseconds span{};
    std::vector<Slice> held{};  // ascending
    friend bool operator==(const SpanEstimate&, const SpanEstimate&) = default;
};

class Audience {
  public:
    using Spans = std::vector<std::chrono::milliseconds>;

    struct Reached {
        std::uint64_t who = 0;
        Time at{};  // the last time
        friend bool operator==(const Reached&, const Reached&) = default;
    };
    // All there is to know.
    struct State {
        std::chrono::milliseconds kept{};  // the longest span that is asked about
        Time newest{};
        std::vector<Reached> reached{};         // different ones, in the order of time, or
        std::vector<SpanEstimate> estimates{};  // ascending by span
        friend bool operator==(const State&, const State&) = default;
    };

    Audience() = default;
    explicit Audience(State state) : state_(std::move(state)) {}

    // Different recipients, and the spans that are asked about, ascending. Out of memory some may
    // be added and others not.
    void add(const std::vector<std::uint64_t>& recipients, const Spans& spans, Time now);

    // How many within `span`, these included. Where estimates do not know the span, at least as
    // many as in a shorter one that they know.
    std::int64_t size_with(const std::vector<std::uint64_t>& recipients,
                           std::chrono::milliseconds span, Time now) const;

    Time expires() const { return state_.newest + state_.kept; }
    const State& state() const { return state_; }
    // One more slice, as it was saved.
    void restore(std::chrono::milliseconds span, SpanEstimate::Slice slice);

  private:
    Time time_of(Time now) const;  // a clock set back stands still
    void estimate(std::uint64_t who, Time at, const Spans& spans);
    SpanEstimate& estimate_of(std::chrono::milliseconds span);
    std::int64_t estimated_with(const std::vector<std::uint64_t>& recipients,
                                std::chrono::milliseconds span, Time now) const;

    State state_;
};

}  // namespace spillway::limits
