// A TCP wire to Redis on which things go wrong on demand.
#pragma once

#include <poll.h>

#include <atomic>
#include <list>
#include <mutex>
#include <thread>

#include "redis_server.h"

namespace spillway::store {

// One thread serves all connections.
class Wire {
  public:
    enum class Trouble {
        none,
        lose_reply,    // the command is carried out, its reply is lost with the connection
        lose_command,  // the connection is lost before Redis sees the command
        hold,          // Redis sees the command only when the wire is told to deliver
        say,           // Redis is not asked; every command gets the same answer
    };

    explicit Wire(const language::RedisStore& redis, std::string text = "")
        : redis_(written_addresses(redis.hosts.front())), text_(std::move(text)) {
        if (pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe");
        listener_ = listening_socket(port_);
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() {
        thread_.request_stop();
        wake();
        thread_.join();
        close(wake_[0]);
        close(wake_[1]);
    }

    language::RedisStore place() const { return place_at("127.0.0.1", port_); }

    // What happens to the next command that contains `needle`; `say` stays, the others happen once.
    void next(Trouble trouble, std::string needle = "") {
        const std::lock_guard lock(mutex_);
        trouble_ = trouble;
        needle_ = std::move(needle);
    }
    bool happened() const {
        const std::lock_guard lock(mutex_);
        return trouble_ == Trouble::none;
    }
    // What was held reaches Redis, even when nobody waits for the reply any more.
    void deliver() {
        delivers_ = true;
        wake();
    }
    // While it is cut nobody reaches Redis; all connections end at once.
    void cut(bool is_cut) {
        is_cut_ = is_cut;
        wake();
    }

    int connections() const { return connections_; }
    // To commands that were delivered when nobody waited any more.
    int late_replies() const { return late_replies_; }

  private:
    struct Pair {
        system::Descriptor client;
        system::Descriptor redis;
        std::string held{};
        bool was_held = false;
        bool loses_reply = false;
    };

    void wake() const {
        if (write(wake_[1], "", 1) < 0) return;  // full: it is awake
    }

    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::vector<pollfd> entries{{wake_[0], POLLIN, 0}, {listener_.get(), POLLIN, 0}};
            for (const Pair& pair : pairs_) {
                entries.push_back({pair.client.get(), POLLIN, 0});
                entries.push_back({pair.redis.get(), POLLIN, 0});
            }
            if (poll(entries.data(), entries.size(), -1) < 0) continue;
            char buffer[64];
            while (read(wake_[0], buffer, sizeof buffer) > 0) {
            }
            if (delivers_.exchange(false)) send_held();
            auto entry = entries.begin() + 2;
            for (auto pair = pairs_.begin(); pair != pairs_.end(); entry += 2) {
                const bool lives = !is_cut_ && (entry[0].revents == 0 || to_redis(*pair)) &&
                                   (entry[1].revents == 0 || to_client(*pair));
                pair = lives ? std::next(pair) : pairs_.erase(pair);
            }
            if (entries[1].revents != 0) accept_one();
        }
    }

    void accept_one() {
        system::Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        system::Descriptor redis(
            ::socket(redis_[0].bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto* to = reinterpret_cast<const sockaddr*>(&redis_[0].bytes);
        ++connections_;
        if (is_cut_ || connect(redis.get(), to, redis_[0].length) != 0) return;
        pairs_.push_back({std::move(client), std::move(redis)});
    }

    Trouble trouble_of(std::string_view command) {
        const std::lock_guard lock(mutex_);
        if (trouble_ == Trouble::none || command.find(needle_) == command.npos)
            return Trouble::none;
        return trouble_ == Trouble::say ? trouble_ : std::exchange(trouble_, Trouble::none);
    }

    static bool send(const system::Descriptor& to, std::string_view bytes) {
        return ::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }

    // Commands and replies of these tests fit into one packet of the loopback. All three return
    // false when the connection is over.
    bool to_redis(Pair& pair) {
        char buffer[65536];
        const ssize_t got = read(pair.client.get(), buffer, sizeof buffer);
        if (got <= 0) {
            if (!pair.was_held) return false;
            pair.client = system::Descriptor();  // it gave up, the command is still on its way
            return true;
        }
        const std::string_view command(buffer, static_cast<std::size_t>(got));
        switch (trouble_of(command)) {
            case Trouble::lose_command:
                return false;
            case Trouble::hold:
                pair.held = command;
                pair.was_held = true;
                return true;
            case Trouble::say:
                return send(pair.client, text_);
            case Trouble::lose_reply:
                pair.loses_reply = true;
                break;
            case Trouble::none:
                break;
        }
        return send(pair.redis, command);
    }

    bool to_client(Pair& pair) {
        char buffer[65536];
        const ssize_t got = read(pair.redis.get(), buffer, sizeof buffer);
        if (pair.client.get() < 0) ++late_replies_;
        if (got <= 0 || pair.loses_reply || pair.client.get() < 0) return false;
        return send(pair.client, {buffer, static_cast<std::size_t>(got)});
    }

    void send_held() {
        for (Pair& pair : pairs_)
            if (!pair.held.empty()) send(pair.redis, std::exchange(pair.held, ""));
    }

    const std::vector<Address> redis_;
    const std::string text_;
    std::uint16_t port_ = 0;
    system::Descriptor listener_;
    int wake_[2] = {-1, -1};
    std::list<Pair> pairs_;  // of the thread alone
    std::atomic<bool> delivers_{false};
    std::atomic<bool> is_cut_{false};
    std::atomic<int> connections_{0};
    std::atomic<int> late_replies_{0};
    mutable std::mutex mutex_;
    Trouble trouble_ = Trouble::none;  // guarded by mutex_, as is needle_
    std::string needle_;
    std::jthread thread_;
};

}  // namespace spillway::store
