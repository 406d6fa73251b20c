// What each rule of the policy in force did, and how long messages waited for it: since the start,
// and since the last reload.
//
// Thread-safe. Rules count by name: one that a reload brings again goes on where it was, and
// messages that began under the policy before still count.
//
// Numbers are in a few shards. A message takes one that no other has, so that counting thousands of
// rules takes no atomic addition for each; who reads them takes none and waits for nobody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "log/durations.h"
#include "policy/policy.h"
#include "policy/readings.h"

namespace spillway::log {

// What was counted of one rule, or of work that all share.
struct RuleSums {
    Durations took;                               // one value for each message that was read
    std::uint64_t hits = 0;                       // messages, and recipients refused alone
    std::map<std::string, std::uint64_t> unsure;  // how often it could not tell, by why not

    std::uint64_t times_unsure() const;
    std::uint64_t times_out_of_budget() const;

    RuleSums& operator+=(const RuleSums& other);
    RuleSums& operator-=(const RuleSums& earlier);
};

struct RuleTally {
    std::string rule;
    policy::Mode mode = policy::Mode::enforce;
    std::string place;      // "rules/outbound.rules:12"
    RuleSums since_start;   // or since the rule was first loaded
    RuleSums since_reload;  // of the policy in force
};

struct RuleTalliesReport {
    std::vector<RuleTally> rules;                        // in file order
    std::array<RuleTally, policy::shared_works> shared;  // by SharedWork, which names them
    std::chrono::nanoseconds all_rules() const;          // since the start
    const RuleTally* costliest() const;                  // nullptr before the first message
};

class RuleTallies {
  public:
    RuleTallies();
    ~RuleTallies();

    // Before the policy comes into force.
    void replace(const std::shared_ptr<const policy::Policy>& policy);

    // One message under a policy that was told of by replace(); of another nothing is counted. What
    // goes wrong is lost.
    void add(const policy::Policy& policy, const policy::Readings& readings) noexcept;

    RuleTalliesReport report() const;

  private:
    class Counts;
    struct Entry;
    struct Table;
    using Shared = std::array<std::shared_ptr<Counts>, policy::shared_works>;

    std::shared_ptr<const Table> table_of(const policy::Policy& policy) const;

    struct TakenShard {
        std::size_t number;
        std::unique_lock<std::mutex> lock;
    };
    TakenShard free_shard();

    std::vector<std::mutex> shards_;  // each held by who writes to it
    Shared shared_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const Table>> tables_;  // of policies in use, the last in force
};

}  // namespace spillway::log
