// A real redis-server for one test program: on a free port and a unix socket in a temporary folder,
// killed at the end however that comes.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/connection.h"
#include "store/resolver.h"

namespace spillway::store {

// A listening socket of 127.0.0.1 on a port that was free.
inline Descriptor listening_socket(std::uint16_t& port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* as_any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket.get(), as_any, length) != 0 || listen(socket.get(), 64) != 0 ||
        getsockname(socket.get(), as_any, &length) != 0)
        throw std::runtime_error("no socket to listen on");
    port = ntohs(address.sin_port);
    return socket;
}

// A place of one server; a unix socket's path when the port is 0.
inline language::RedisStore place_at(std::string host, std::uint16_t port, int database = 0,
                                     std::chrono::milliseconds timeout = std::chrono::seconds{5}) {
    language::RedisStore place;
    place.hosts.push_back({std::move(host), port});
    place.database = database;
    place.timeout = timeout;
    return place;
}

class RedisServer {
  public:
    explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) {
        std::string folder = std::filesystem::temp_directory_path() / "spillway-redis-XXXXXX";
        if (!mkdtemp(folder.data())) throw std::runtime_error("no temporary folder");
        folder_ = folder;
        // The port is free when it is chosen; should another program take it first, the next one
        // is.
        for (int attempt = 0; attempt < 5 && pid_ < 0; ++attempt) {
            listening_socket(port_);
            start();
        }
        if (pid_ < 0) throw std::runtime_error("redis-server does not start");
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer() {
        kill();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    language::RedisStore place(int database = 0) const {
        return place_at(folder_ + "/redis.sock", 0, database);
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

    void kill() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    void restart() {
        kill();
        start();
        if (pid_ < 0) throw std::runtime_error("redis-server does not start again");
    }
    // Returns when the process really stands still.
    void suspend() const {
        ::kill(pid_, SIGSTOP);
        waitpid(pid_, nullptr, WUNTRACED);
    }
    void resume() const { ::kill(pid_, SIGCONT); }

  private:
    std::vector<std::string> command() const {
        std::vector<std::string> words{"redis-server",
                                       "--bind",
                                       "127.0.0.1",
                                       "--port",
                                       std::to_string(port_),
                                       "--unixsocket",
                                       folder_ + "/redis.sock",
                                       "--dir",
                                       folder_,
                                       "--save",
                                       "",
                                       "--appendonly",
                                       "no",
                                       "--databases",
                                       "4"};
        words.insert(words.end(), options_.begin(), options_.end());
        return words;
    }

    // The child of this process's main thread dies with it, even when a test crashes.
    void start() {
        const std::vector<std::string> words = command();
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        output_ = Descriptor(ends[0]);
        {
            const Descriptor writing(ends[1]);
            pid_ = fork();
            if (pid_ == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                dup2(writing.get(), STDOUT_FILENO);
                execvp(arguments[0], arguments.data());
                _exit(127);
            }
        }
        wait_until_ready();
    }

    // Reads the server's log until it says that it is ready; forgets the process when it ends
    // instead.
    void wait_until_ready() {
        std::string log;
        char buffer[4096];
        while (log.find("ready to accept connections at") == log.npos) {
            const ssize_t got = read(output_.get(), buffer, sizeof buffer);
            if (got <= 0) return kill();
            log.append(buffer, static_cast<std::size_t>(got));
        }
    }

    std::vector<std::string> options_;
    std::string folder_;
    std::uint16_t port_ = 0;
    Descriptor output_;
    pid_t pid_ = -1;
};

// The server shared by the tests that do it no harm, emptied for each of them.
inline RedisServer& shared_server() {
    static RedisServer server;
    server.call({"FLUSHALL"});
    return server;
}

}  // namespace spillway::store
