#include "store/cluster.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/in_turn.h"

namespace spillway::store {

Cluster::Cluster(std::vector<Endpoint> seeds, std::shared_ptr<Access> access,
                 std::size_t connections)
    : seeds_(std::move(seeds)),
      access_(std::move(access)),
      connections_(connections),
      row_(seeds_) {}

tl::expected<Target, Failure> Cluster::find(std::string_view key, Deadline deadline) {
    const auto known = map_.get(deadline, [&] { return ask(deadline); });
    if (!known) return tl::make_unexpected(known.error());
    const unsigned slot = slot_of(key);
    const std::uint16_t node = known->value->slots[slot];
    if (node != Map::nobody) return Target{known->value->nodes[node], known->round};
    map_.doubt(known->round);
    return tl::make_unexpected(Failure{fmt::format("no node of the cluster serves slot {}", slot)});
}

tl::expected<std::vector<Target>, Failure> Cluster::masters(Deadline deadline) {
    const auto known = map_.get(deadline, [&] { return ask(deadline); });
    if (!known) return tl::make_unexpected(known.error());
    std::vector<Target> targets;
    for (const auto& pool : known->value->nodes) targets.push_back(Target{pool, known->round});
    return targets;
}

Target Cluster::at(const Endpoint& endpoint) { return Target{pool_at(endpoint), 0}; }

tl::expected<Cluster::Map, Failure> Cluster::ask(Deadline deadline) {
    const auto ranges = ask_in_turn<std::vector<SlotRange>>(
        row_, deadline,
        [this](const Endpoint& node, Deadline until) { return ask_one(node, until); });
    if (!ranges) return tl::make_unexpected(ranges.error());
    Map map = map_of(*ranges);
    keep_only(map);
    return map;
}

tl::expected<std::vector<SlotRange>, Failure> Cluster::ask_one(const Endpoint& node,
                                                               Deadline deadline) {
    const auto pool = pool_at(node);
    const auto reply = pool->take(deadline).and_then([&](const Pool::Lease& lease) {
        return lease->call({"CLUSTER", "SLOTS"}, deadline);
    });
    const auto failure = [&](std::string_view why, bool ours = false) {
        return tl::make_unexpected(Failure{
            .why = fmt::format("node {}: {}", text_of(node), why), .lost = false, .ours = ours});
    };
    if (!reply) {
        pool->drop_idle();
        return failure(reply.error().why, reply.error().ours);
    }
    if (is_error(**reply)) return failure(text_of(**reply));
    auto ranges = slot_ranges(**reply, node);
    if (!ranges) return failure("does not answer as a node of a cluster");
    if (ranges->empty()) return failure("knows of no slots");
    return *std::move(ranges);
}

Cluster::Map Cluster::map_of(const std::vector<SlotRange>& ranges) {
    Map map;
    map.slots.fill(Map::nobody);
    std::map<Endpoint, std::uint16_t> numbers;
    for (const SlotRange& range : ranges) {
        const auto [entry, is_new] =
            numbers.try_emplace(range.master, static_cast<std::uint16_t>(map.nodes.size()));
        if (is_new) map.nodes.push_back(pool_at(range.master));
        std::fill(map.slots.begin() + range.first, map.slots.begin() + range.last + 1,
                  entry->second);
    }
    return map;
}

// Who is a node now can be asked next time, when the seeds may be gone; who answered is the first.
void Cluster::keep_only(const Map& map) {
    row_.resize(1);
    const auto append = [this](const Endpoint& node) {
        if (std::ranges::find(row_, node) == row_.end()) row_.push_back(node);
    };
    for (const auto& node : map.nodes) append(node->endpoint());
    for (const Endpoint& seed : seeds_) append(seed);
    const std::lock_guard lock(mutex_);
    std::erase_if(pools_, [this](const auto& entry) {
        return std::ranges::find(row_, entry.first) == row_.end();
    });
}

std::shared_ptr<Pool> Cluster::pool_at(const Endpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Pool>& pool = pools_[endpoint];
    if (!pool) pool = std::make_shared<Pool>(endpoint, access_, connections_);
    return pool;
}

std::string Cluster::state() const {
    const auto map = map_.last();
    return map ? fmt::format("{} masters", map->nodes.size()) : "";
}

}  // namespace spillway::store
