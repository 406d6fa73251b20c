// A TCP wire to Redis on which things go wrong on demand.
#pragma once

#include <poll.h>

#include <atomic>
#include <thread>

#include "redis_server.h"

namespace spillway::store {

// Serves one connection at a time.
class Wire {
  public:
    enum class Trouble {
        none,
        lose_reply,    // the command is carried out, its reply is lost with the connection
        lose_command,  // the connection is lost before Redis sees the command
        say,           // Redis is not asked; every command gets the same answer
    };

    explicit Wire(const language::RedisStore& redis, std::string text = "")
        : redis_(written_addresses(redis.hosts.front())), text_(std::move(text)) {
        if (pipe2(stop_, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        listener_ = listening_socket(port_);
        thread_ = std::jthread([this] { serve(); });
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() {
        close(stop_[1]);
        thread_.join();
        close(stop_[0]);
    }

    language::RedisStore place() const { return place_at("127.0.0.1", port_); }

    // What happens to the next command; `say` stays, the others happen once.
    void next(Trouble trouble) { trouble_ = trouble; }
    int connections() const { return connections_; }

  private:
    // False when the wire is to stop.
    bool readable(int fd) const {
        pollfd entries[2] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
        while (poll(entries, 2, -1) < 0) {
        }
        return entries[1].revents == 0;
    }

    void serve() {
        while (readable(listener_.get())) {
            const Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            ++connections_;
            converse(client.get());
        }
    }

    // Commands and replies of these tests fit into one packet of the loopback.
    void converse(int client) {
        const Descriptor redis(::socket(redis_[0].bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto* to = reinterpret_cast<const sockaddr*>(&redis_[0].bytes);
        if (connect(redis.get(), to, redis_[0].length) != 0) return;
        char buffer[65536];
        while (readable(client)) {
            const ssize_t command = read(client, buffer, sizeof buffer);
            if (command <= 0) return;
            Trouble trouble = Trouble::none;
            if (trouble_ == Trouble::say)
                trouble = Trouble::say;
            else
                trouble = trouble_.exchange(Trouble::none);
            if (trouble == Trouble::lose_command) return;
            if (trouble == Trouble::say) {
                if (write(client, text_.data(), text_.size()) < 0) return;
                continue;
            }
            if (write(redis.get(), buffer, static_cast<std::size_t>(command)) < 0) return;
            if (!readable(redis.get())) return;
            const ssize_t reply = read(redis.get(), buffer, sizeof buffer);
            if (reply <= 0 || trouble == Trouble::lose_reply) return;
            if (write(client, buffer, static_cast<std::size_t>(reply)) < 0) return;
        }
    }

    const std::vector<Address> redis_;
    const std::string text_;
    std::uint16_t port_ = 0;
    Descriptor listener_;
    int stop_[2] = {-1, -1};
    std::atomic<Trouble> trouble_{Trouble::none};
    std::atomic<int> connections_{0};
    std::jthread thread_;
};

}  // namespace spillway::store
