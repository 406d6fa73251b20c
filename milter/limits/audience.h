// To whom one mailing went. Not thread-safe by itself.
//
// Recipients are kept as 64-bit digests: 16 bytes each, and no address in memory or on disk. Two of
// one digest pass for one: nobody gains by that who wants to reach both.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "limits/limits.h"

namespace spillway::limits {

std::uint64_t recipient_digest(std::string_view recipient);

class Audience {
  public:
    struct Reached {
        std::uint64_t who = 0;
        Time at{};  // the last time
        friend bool operator==(const Reached&, const Reached&) = default;
    };
    // All there is to know.
    struct State {
        std::chrono::milliseconds kept{};  // the longest span that is asked about
        std::vector<Reached> reached{};    // different ones, in the order of time
        friend bool operator==(const State&, const State&) = default;
    };

    Audience() = default;
    explicit Audience(State state) : state_(std::move(state)) {}

    // Different recipients, of which none was reached more than `longest` before now need be kept.
    void add(const std::vector<std::uint64_t>& recipients, std::chrono::milliseconds longest,
             Time now);

    // How many within `span`, these included.
    std::int64_t size_with(const std::vector<std::uint64_t>& recipients,
                           std::chrono::milliseconds span, Time now) const;

    Time expires() const { return newest_or(Time{}) + state_.kept; }
    const State& state() const { return state_; }

  private:
    Time newest_or(Time now) const;  // the later of both: a clock set back stands still

    State state_;
};

}  // namespace spillway::limits
