// What Redis has just refused, so that a flood of messages over a limit does not ask it again and
// again: for up to two seconds this process answers by itself.
//
// Thread-safe. Time is given as a value, so that tests need not wait.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "limits/counters.h"
#include "store/charge_call.h"

namespace spillway::store {

class Refusals {
  public:
    using Steady = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds longest{2000};
    static constexpr std::size_t most = 20'000;  // beyond it they are forgotten

    // The answer to a formed call of which one charge cannot have room yet, or one sender is
    // suspended: that charge is Exceeded, with the numbers as they were, and nothing else was
    // asked.
    std::optional<Charged> known(const limits::Call& call, Steady steady_now, limits::Time now);

    void note(const limits::Call& call, const Charged& charged, Steady steady_now,
              limits::Time now);
    // Holds until it is over, or for two seconds from when Redis knows of it: somebody else may
    // have ended it there.
    void suspend(const limits::Suspension& suspension);
    void suspension_told(const std::string& hash, const std::string& field, Steady steady_now);

    // A plan has changed, or a count was reset.
    void clear();
    void unsuspend(const limits::Suspect& suspect);
    // What Redis does not know of yet.
    std::vector<limits::Suspension> suspended_here(limits::Time now);

  private:
    struct Refused {
        std::int64_t cost = 0;
        std::size_t members = 0;  // a hash of them
        limits::Exceeded answer;
        Steady until{};
    };
    struct Suspended {
        limits::Suspension suspension;
        std::optional<Steady> until;  // none: as long as the suspension
    };

    std::optional<limits::Suspension> suspension_of(const limits::Call& call, Steady steady_now,
                                                    limits::Time now);
    void make_room(Steady steady_now);

    std::mutex mutex_;                                      // guards all below
    std::unordered_map<std::string, Refused> refused_;      // by key
    std::unordered_map<std::string, Suspended> suspended_;  // by hash and field
};

}  // namespace spillway::store
