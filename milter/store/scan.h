// What operators ask of Redis: which counters there are, and to forget one. Walks all keys with
// SCAN, a thousand at a time, so that mail is served in between. One use: make, ask, drop.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "limits/counters.h"
#include "store/pool.h"

namespace spillway::store {

class Scan {
  public:
    // Both questions throw std::runtime_error when Redis gives no answer before the deadline.
    Scan(Pool& pool, Deadline deadline) : pool_(pool), deadline_(deadline) {}

    // The first `most` uses by key of those that begin with the prefix. Looks at up to 100,000
    // counters of that prefix; beyond these the first ones in Redis's order are taken.
    std::vector<limits::Use> uses(const std::string& prefix, std::size_t most);

    // Forgets the counter of this key in every account; false when there was none.
    bool forget(const std::string& key);

  private:
    // Names of counters, without doubles, sorted by the charge's key.
    struct Counter {
        std::string key;   // the charge's
        std::string name;  // in Redis
        friend auto operator<=>(const Counter&, const Counter&) = default;
    };
    std::vector<Counter> counters(const std::string& pattern);
    Reply call(const std::vector<std::string>& words);

    Pool& pool_;
    const Deadline deadline_;
};

}  // namespace spillway::store
