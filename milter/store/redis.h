// Redis as callers see it: commands and replies, whether one server, a set that sentinels watch, or
// a cluster answers. Everything that happens on the way (connecting, logging in, a new master, a
// slot that moved) is dealt with here, within the deadline of the call.
//
// Thread-safe. No call blocks beyond its deadline, but for the time to read a password's file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "language/settings.h"
#include "store/cluster.h"
#include "store/notice.h"
#include "store/sentinels.h"
#include "store/target.h"

namespace spillway::store {

class Redis {
  public:
    // At one time to one server; more callers wait for one, at most until their deadline. libmilter
    // makes a thread for each connection of the MTA without an upper limit, but a charge takes
    // Redis well below a millisecond, and its own limit (maxclients, 10000) is shared by all
    // daemons.
    static constexpr std::size_t most_connections = 256;

    // Reads the files that the settings name and looks up the hosts; connects when first asked.
    // Throws std::runtime_error when a file cannot be used or no host is known. The notice is told
    // of a new master, and at once of files that everybody may read.
    explicit Redis(const language::RedisStore& place, Notice notice = nullptr,
                   std::size_t connections = most_connections);

    // One command and its reply. `key`, any one of the command's, leads to its node in a cluster;
    // all keys of a command must be in one slot. Repeated once on a new connection when the old one
    // died, so repeating must be harmless.
    //
    // A Failure tells that there was no reply in time, or one that means "not this server" or "not
    // now": READONLY, LOADING, MASTERDOWN, CLUSTERDOWN, NOREPLICAS, MISCONF, OOM, NOAUTH and their
    // like. Other errors are replies, NOSCRIPT for example.
    tl::expected<Reply, Failure> call(std::string_view key, const Words& words, Deadline deadline);

    // Several commands for one key's node in one write, and as many replies. They are carried out
    // in their order, but are not one transaction, and when a slot is on its way to another node
    // some of them may be carried out later than those behind them.
    tl::expected<std::vector<Reply>, Failure> pipeline(std::string_view key,
                                                       const std::vector<Words>& commands,
                                                       Deadline deadline);

    // Calls one certain server.
    using ServerCall = std::function<tl::expected<Reply, Failure>(const Words& words)>;
    using Walk = std::function<tl::expected<void, Failure>(const ServerCall& call)>;

    // Walks over each master once, one after the other; the first Failure ends it. For what no key
    // leads to, such as SCAN and TIME.
    tl::expected<void, Failure> each_master(Deadline deadline, const Walk& walk);

    // Keys of different slots need calls of their own when it is one.
    bool is_cluster() const { return std::holds_alternative<Cluster>(*route_); }

    // "redis 127.0.0.1:6379 database 0": what the settings say, never a secret.
    const std::string& place() const { return place_; }

    // The same with what is known of it now, such as who is the master.
    std::string describe() const;

  private:
    class Errand;

    // One server, always the same.
    struct Server {
        Target target;
        tl::expected<Target, Failure> find(std::string_view, Deadline) const { return target; }
        tl::expected<std::vector<Target>, Failure> masters(Deadline) const {
            return std::vector<Target>{target};
        }
        void doubt(const Target&) const {}
        std::string state() const { return ""; }
    };
    // None of them can be moved, so they are made in place.
    using Route = std::variant<Server, Sentinels, Cluster>;

    static std::unique_ptr<Route> route_to(const language::RedisStore& place, const Notice& notice,
                                           std::size_t connections);

    const std::string place_;
    const std::unique_ptr<Route> route_;
};

}  // namespace spillway::store
