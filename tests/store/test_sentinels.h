// A master, its replica and three sentinels for one test.
#pragma once

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <memory>

#include "redis_server.h"

namespace spillway::store {

using namespace std::chrono_literals;

// One redis-server --sentinel, with its file.
class Sentinel {
  public:
    Sentinel(std::uint16_t master_port, const std::vector<std::string>& more) : port_(free_port()) {
        std::ofstream file(folder_.file("sentinel.conf"));
        file << "port " << port_ << "\nbind 127.0.0.1\ndir " << folder_.path()
             << "\nsentinel monitor mail 127.0.0.1 " << master_port
             << " 2\nsentinel down-after-milliseconds mail 1000\n"
                "sentinel failover-timeout mail 5000\n";
        for (const std::string& line : more) file << line << "\n";
        file.close();
        if (!process_.start({"redis-server", folder_.file("sentinel.conf"), "--sentinel"},
                            "+monitor master mail"))
            throw std::runtime_error("sentinel: " + process_.said());
    }
    std::uint16_t port() const { return port_; }
    void kill() { process_.kill(); }
    Reply call(const Words& words) const {
        const Deadline deadline = Deadline::clock::now() + 30s;
        auto connection = Connection::open(written_addresses({"127.0.0.1", port_}), deadline);
        if (!connection) throw std::runtime_error(connection.error().why);
        auto reply = (*connection)->call(words, deadline);
        if (!reply) throw std::runtime_error(reply.error().why);
        return *std::move(reply);
    }
    bool knows(const std::string& needle) const {
        return text_of(*call({"INFO", "sentinel"})).find(needle) != std::string_view::npos;
    }

  private:
    TempFolder folder_;
    std::uint16_t port_;
    ServerProcess process_;
};

// Two servers and three sentinels who know each other.
struct TestSet {
    RedisServer master;
    RedisServer replica;
    std::vector<std::unique_ptr<Sentinel>> sentinels;

    explicit TestSet(const std::vector<std::string>& sentinel_lines = {}) {
        replica.call({"REPLICAOF", "127.0.0.1", std::to_string(master.port())});
        for (int i = 0; i < 3; ++i)
            sentinels.push_back(std::make_unique<Sentinel>(master.port(), sentinel_lines));
    }
    // Only then can a failover be agreed on.
    void wait_until_known() const {
        const bool known = becomes_true([this] {
            return std::ranges::all_of(sentinels, [](const auto& sentinel) {
                return sentinel->knows("slaves=1,sentinels=3");
            });
        });
        BOOST_REQUIRE(known);
        BOOST_REQUIRE(becomes_true([this] {
            const Reply info = replica.call({"INFO", "replication"});
            return text_of(*info).find("master_link_status:up") != std::string_view::npos;
        }));
    }
    language::RedisStore place() const {
        language::RedisStore place;
        place.kind = language::RedisStore::Kind::sentinel;
        for (const auto& sentinel : sentinels)
            place.hosts.push_back({"127.0.0.1", sentinel->port()});
        place.master = "mail";
        return place;
    }
};

}  // namespace spillway::store
