// A cluster of three masters for one test program.
#pragma once

#include <boost/test/unit_test.hpp>

#include <array>

#include <fmt/format.h>

#include "redis_server.h"
#include "store/slots.h"

namespace spillway::store {

inline constexpr unsigned node_count = 3;

// The cluster's own bus needs a port too; it would be the client port + 10000, which may not exist.
struct Node {
    std::uint16_t bus_port = free_port();
    RedisServer server{options()};

    std::vector<std::string> options() const {
        return {"--cluster-enabled",      "yes", "--cluster-port", std::to_string(bus_port),
                "--cluster-node-timeout", "2000"};
    }
    std::string id() const { return std::string(text_of(*server.call({"CLUSTER", "MYID"}))); }
    bool knows_all() const {
        const Reply info = server.call({"CLUSTER", "INFO"});
        const std::string_view text = text_of(*info);
        return text.find("cluster_state:ok") != text.npos &&
               text.find("cluster_slots_ok:16384") != text.npos;
    }
};

// Node 0 has the first third of the slots, and so on.
class TestCluster {
  public:
    TestCluster() {
        for (unsigned i = 0; i < node_count; ++i) {
            Words slots{"CLUSTER", "ADDSLOTS"};
            for (unsigned slot = first(i); slot < first(i + 1); ++slot)
                slots.push_back(std::to_string(slot));
            nodes_[i].server.call(slots);
            nodes_[i].server.call({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
        }
        for (unsigned i = 1; i < node_count; ++i)
            nodes_[0].server.call({"CLUSTER", "MEET", "127.0.0.1",
                                   std::to_string(nodes_[i].server.port()),
                                   std::to_string(nodes_[i].bus_port)});
        const bool ready = becomes_true([this] {
            return std::ranges::all_of(nodes_, [](const Node& node) { return node.knows_all(); });
        });
        if (!ready) throw std::runtime_error("the cluster does not find together");
    }

    Node& node(unsigned i) { return nodes_[i]; }
    unsigned owner_of(const std::string& key) const {
        return std::min(slot_of(key) * node_count / slot_count, node_count - 1);
    }
    language::RedisStore place(std::vector<unsigned> seeds = {0}) const {
        language::RedisStore place;
        place.kind = language::RedisStore::Kind::cluster;
        for (const unsigned i : seeds)
            place.hosts.push_back({"127.0.0.1", nodes_[i].server.port()});
        return place;
    }

    // The first steps of a migration: from here on keys that are not there are asked for at `to`.
    void begin_moving(unsigned slot, unsigned from, unsigned to) {
        set_slot(to, slot, "IMPORTING", nodes_[from].id());
        set_slot(from, slot, "MIGRATING", nodes_[to].id());
    }
    void move_key(const std::string& key, unsigned from, unsigned to) {
        const Reply moved = nodes_[from].server.call(
            {"MIGRATE", "127.0.0.1", std::to_string(nodes_[to].server.port()), key, "0", "5000"});
        BOOST_REQUIRE_MESSAGE(text_of(*moved) == "OK", text_of(*moved));
    }
    void end_moving(unsigned slot, unsigned to) {
        const std::string id = nodes_[to].id();
        set_slot(to, slot, "NODE", id);
        for (unsigned i = 0; i < node_count; ++i) set_slot(i, slot, "NODE", id);
    }

    // How often each node sent whom away.
    std::string errors() const {
        std::string text;
        for (const Node& node : nodes_) text += text_of(*node.server.call({"INFO", "errorstats"}));
        return text;
    }

  private:
    static unsigned first(unsigned node) {
        return (node * slot_count + node_count - 1) / node_count;
    }
    void set_slot(unsigned node, unsigned slot, const std::string& state, const std::string& id) {
        const Reply reply =
            nodes_[node].server.call({"CLUSTER", "SETSLOT", std::to_string(slot), state, id});
        BOOST_REQUIRE_MESSAGE(text_of(*reply) == "OK", text_of(*reply));
    }

    std::array<Node, node_count> nodes_;
};

inline TestCluster& shared_cluster() {
    static TestCluster cluster;
    return cluster;
}

// A key whose slot belongs to this node, with this ending.
inline std::string key_of(const TestCluster& cluster, unsigned node, const std::string& rest = "") {
    for (int i = 0;; ++i) {
        const std::string key = fmt::format("{{account-{}}}{}", i, rest);
        if (cluster.owner_of(key) == node) return key;
    }
}

}  // namespace spillway::store
