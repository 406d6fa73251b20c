// How limits go on in this process while Redis is silent (when-unavailable local): from what Redis
// said last, with this process's share of what was free then.
//
// Of each key are known: what Redis granted this process (before), what it granted all the others
// as it said last (foreign, until that window is over), and what is charged here in the outage
// (during). A charge fits while during + cost <= (maximum - before - foreign) / machines: however
// the load moves between the machines, together they pass the maximum by no more than what others
// were granted between Redis's last answer here and the outage.
//
// Thread-safe. Memory is bounded by what was charged within the last two windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "limits/counters.h"
#include "limits/memory_counters.h"

namespace spillway::store {

class LocalCounts {
  public:
    LocalCounts();

    // Redis granted these formed charges, which have said so.
    void granted(const std::vector<limits::Charge>& charges, const limits::Answers& answers,
                 limits::Time now);

    // Charges all or none, as one of `machines`. The token is the call's.
    limits::Answers charge(const std::vector<limits::Charge>& charges, const std::string& token,
                           int machines, limits::Time now);
    // What the token charged here is taken back.
    void take_back(const std::string& token, limits::Time now);

    // Redis has been told all that was charged here.
    void told();
    void forget(const std::string& key);

  private:
    struct Foreign {
        std::int64_t used = 0;
        limits::Time until{};
        std::int64_t max = 0;  // in force
        std::string plan;
    };
    struct Share {
        limits::Charge charge;       // as it is asked of `during`
        std::int64_t elsewhere = 0;  // before and foreign
        std::int64_t max = 0;
        std::string plan;
        bool paced_out = false;  // a pace of which nothing is left
    };
    struct Counted {
        limits::Receipt receipt;
        std::vector<limits::Charge> charges;  // as Redis will have them
        limits::Time at{};
    };
    struct Outage {
        limits::MemoryCounters during;
        std::unordered_map<std::string, Counted> counted;  // by token
    };

    // What comes in a longer outage cannot be taken back.
    static constexpr std::size_t most_counted = 200'000;

    limits::Answers charge_shares(const std::vector<Share>& shares,
                                  const std::vector<limits::Charge>& charges,
                                  const std::string& token, limits::Time now);
    std::shared_ptr<Outage> outage();
    Share share_of(const limits::Charge& charge, int machines, limits::Time now);
    void forget_foreign(limits::Time now);

    limits::MemoryCounters before_;
    std::mutex mutex_;  // guards all below
    std::unordered_map<std::string, Foreign> foreign_;
    std::size_t grants_to_sweep_ = 0;
    std::shared_ptr<Outage> outage_;
};

}  // namespace spillway::store
