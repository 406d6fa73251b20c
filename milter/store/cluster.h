// Which node of a Redis cluster serves which slot (Redis Cluster specification, "Clients
// connections and redirection handling").
//
// Thread-safe.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/fetched.h"
#include "store/pool.h"
#include "store/slots.h"
#include "store/target.h"

namespace spillway::store {

class Cluster {
  public:
    // `seeds` are some of its nodes; `connections` go to each node at most.
    Cluster(std::vector<Endpoint> seeds, std::shared_ptr<Access> access, std::size_t connections);

    // The master of the key's slot.
    tl::expected<Target, Failure> find(std::string_view key, Deadline deadline);

    // Each master once.
    tl::expected<std::vector<Target>, Failure> masters(Deadline deadline);

    // A node that another one named.
    Target at(const Endpoint& endpoint);

    // Asks for the slots again before the next call.
    void doubt(const Target& target) { map_.doubt(target.round); }

    std::string state() const;

  private:
    // Who serves what. A slot holds the number of its node, or `nobody`.
    struct Map {
        static constexpr std::uint16_t nobody = 0xFFFF;
        std::array<std::uint16_t, slot_count> slots;
        std::vector<std::shared_ptr<Pool>> nodes;
    };
    tl::expected<Map, Failure> ask(Deadline deadline);
    tl::expected<std::vector<SlotRange>, Failure> ask_one(const Endpoint& node, Deadline deadline);
    Map map_of(const std::vector<SlotRange>& ranges);
    std::shared_ptr<Pool> pool_at(const Endpoint& endpoint);
    void keep_only(const Map& map);

    const std::vector<Endpoint> seeds_;
    const std::shared_ptr<Access> access_;
    const std::size_t connections_;
    std::vector<Endpoint> row_;  // of nodes to ask; only touched while fetching
    Fetched<Map> map_;

    std::mutex mutex_;
    std::map<Endpoint, std::shared_ptr<Pool>> pools_;  // guarded by mutex_
};

}  // namespace spillway::store
