// Asks the maps that are kept outside of the policy, so that mail waits as little as can be: what
// was answered a short while ago is not asked again, and a place that fails again and again is left
// alone for a while.
//
// Thread-safe. A question waits at most as long as its map says; other connections go on meanwhile.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "language/settings.h"
#include "lookup/cache.h"
#include "match/outside.h"
#include "store/notice.h"
#include "store/resolver.h"

namespace spillway::store {
class Redis;
}

namespace spillway::lookup {

class Lookups {
  public:
    // `counters` says in which Redis sets are; without one they are unreachable. Connects when
    // first asked, but throws as store::Redis does. The notice is told when a map begins to fail
    // and when it answers again.
    Lookups(const language::Store& counters, store::Notice notice);
    ~Lookups();
    Lookups(const Lookups&) = delete;
    Lookups& operator=(const Lookups&) = delete;

    // One answer for each question, in their order. Those of one map share its timeout.
    std::vector<match::Found> answer(const std::vector<match::Question>& questions);

  private:
    class Place;

    Place& place_of(const match::OutsideMap& map);
    match::Found answer(const match::Question& question, store::Deadline deadline);

    const store::Notice notice_;
    const std::shared_ptr<store::Resolver> resolver_;
    Cache cache_;
    std::shared_ptr<store::Redis> redis_;  // null when the counters are elsewhere
    std::mutex mutex_;                     // guards all below
    // By what tells maps apart, so that a reload keeps connections. Never taken away: there are as
    // many as an operator has written.
    std::map<std::string, std::unique_ptr<Place>> places_;
};

}  // namespace spillway::lookup
