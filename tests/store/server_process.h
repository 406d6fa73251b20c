// A program that serves for one test: started with its output read until it says that it is ready,
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

#include <stdexcept>
#include <string>
#include <vector>

#include "store/stream.h"

namespace spillway::store {

// A listening socket of 127.0.0.1 on a port that was free.
inline system::Descriptor listening_socket(std::uint16_t& port) {
    system::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
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

// A port that is free now; another program may take it first.
inline std::uint16_t free_port() {
    std::uint16_t port = 0;
    listening_socket(port);
    return port;
}

class ServerProcess {
  public:
    ServerProcess() = default;
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;
    ~ServerProcess() { kill(); }

    bool runs() const { return pid_ >= 0; }

    // The child of this process's main thread dies with it, even when a test crashes. False when
    // it ended without having said that it is ready.
    bool start(const std::vector<std::string>& words, const std::string& ready) {
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        output_ = system::Descriptor(ends[0]);
        {
            const system::Descriptor writing(ends[1]);
            pid_ = fork();
            if (pid_ == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                dup2(writing.get(), STDOUT_FILENO);
                execvp(arguments[0], arguments.data());
                _exit(127);
            }
        }
        wait_until_it_says(ready);
        return runs();
    }

    void kill() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    // Returns when the process really stands still.
    void suspend() const {
        ::kill(pid_, SIGSTOP);
        waitpid(pid_, nullptr, WUNTRACED);
    }
    void resume() const { ::kill(pid_, SIGCONT); }

    // What it said before it ended or was ready.
    const std::string& said() const { return said_; }

  private:
    void wait_until_it_says(const std::string& ready) {
        said_.clear();
        char buffer[4096];
        while (said_.find(ready) == said_.npos) {
            const ssize_t got = read(output_.get(), buffer, sizeof buffer);
            if (got <= 0) return kill();
            said_.append(buffer, static_cast<std::size_t>(got));
        }
    }

    system::Descriptor output_;
    pid_t pid_ = -1;
    std::string said_;
};

}  // namespace spillway::store
