// Who is the master of a set of servers that Redis Sentinel watches (Redis documentation,
// "Guidelines for Redis clients with support for Redis Sentinel").
//
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/fetched.h"
#include "store/notice.h"
#include "store/pool.h"
#include "store/target.h"

namespace spillway::store {

class Sentinels {
  public:
    struct Settings {
        std::vector<Endpoint> hosts;
        std::string master;  // what they call the set
        std::size_t connections;
        Notice notice;  // told when the master is another one
    };

    Sentinels(Settings settings, std::shared_ptr<Access> to_sentinels,
              std::shared_ptr<Access> to_servers);

    // The master, whatever the key. While no sentinel answers, the last one.
    tl::expected<Target, Failure> find(std::string_view key, Deadline deadline);
    tl::expected<std::vector<Target>, Failure> masters(Deadline deadline);

    // Asks the sentinels again before the next call.
    void doubt(const Target& target) { master_.doubt(target.round); }

    std::string state() const;

  private:
    using SharedPool = std::shared_ptr<Pool>;
    tl::expected<SharedPool, Failure> ask(Deadline deadline);
    tl::expected<Endpoint, Failure> ask_one(const Endpoint& sentinel, Deadline deadline);

    const Settings settings_;
    const std::shared_ptr<Access> to_sentinels_;
    const std::shared_ptr<Access> to_servers_;
    std::vector<Endpoint> row_;  // of sentinels; only touched while fetching
    Fetched<SharedPool> master_;
};

}  // namespace spillway::store
