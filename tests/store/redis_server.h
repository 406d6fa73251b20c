// A real redis-server for one test program: on a free port and a unix socket in a temporary folder,
// killed at the end however that comes.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server_process.h"
#include "store/connection.h"
#include "store/resolver.h"
#include "unit/temp_folder.h"

namespace spillway::store {

// A place of one server; a unix socket's path when the port is 0.
inline language::RedisStore place_at(std::string host, std::uint16_t port, int database = 0,
                                     std::chrono::milliseconds timeout = std::chrono::seconds{5}) {
    language::RedisStore place;
    place.hosts.push_back({std::move(host), port});
    place.database = database;
    place.timeout = timeout;
    return place;
}

// Something that becomes true by itself within seconds, such as a failover.
inline bool becomes_true(const std::function<bool()>& what) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (!what()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return true;
}

class RedisServer {
  public:
    explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) {
        // The port is free when it is chosen; should another program take it first, the next one
        // is.
        for (int attempt = 0; attempt < 5 && !process_.runs(); ++attempt) {
            port_ = free_port();
            start();
        }
        if (!process_.runs()) throw std::runtime_error("redis-server: " + process_.said());
    }

    language::RedisStore place(int database = 0) const {
        return place_at(folder_.file("redis.sock"), 0, database);
    }
    language::RedisStore tcp_place() const { return place_at("127.0.0.1", port_); }

    // One command on a connection of its own.
    Reply call(const std::vector<std::string>& words) const {
        const auto deadline = Deadline::clock::now() + std::chrono::seconds{30};
        auto connection = Connection::open(written_addresses(place().hosts.front()), deadline);
        if (!connection) throw std::runtime_error(connection.error().why);
        auto reply = (*connection)->call(words, deadline);
        if (!reply) throw std::runtime_error(reply.error().why);
        return *std::move(reply);
    }

    std::uint16_t port() const { return port_; }

    void kill() { process_.kill(); }
    void restart() {
        kill();
        start();
        if (!process_.runs()) throw std::runtime_error("redis-server does not start again");
    }
    void suspend() const { process_.suspend(); }
    void resume() const { process_.resume(); }

  private:
    std::vector<std::string> command() const {
        std::vector<std::string> words{"redis-server",
                                       "--bind",
                                       "127.0.0.1",
                                       "--port",
                                       std::to_string(port_),
                                       "--unixsocket",
                                       folder_.file("redis.sock"),
                                       "--dir",
                                       folder_.path(),
                                       "--save",
                                       "",
                                       "--appendonly",
                                       "no",
                                       "--databases",
                                       "4"};
        words.insert(words.end(), options_.begin(), options_.end());
        return words;
    }

    void start() { process_.start(command(), "ready to accept connections at"); }

    std::vector<std::string> options_;
    TempFolder folder_;
    std::uint16_t port_ = 0;
    ServerProcess process_;
};

// The server shared by the tests that do it no harm, emptied for each of them.
inline RedisServer& shared_server() {
    static RedisServer server;
    server.call({"FLUSHALL"});
    return server;
}

}  // namespace spillway::store
