// A small HTTP server that answers as a test tells it to, in a thread of its own.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace spillway {

class HttpServer {
  public:
    // Statuses; `hang` never answers. After the last one 200.
    static constexpr int hang = 0;

    explicit HttpServer(std::deque<int> answers = {}, std::string more_fields = "")
        : answers_(std::move(answers)), more_fields_(std::move(more_fields)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(listener_, generic, size) == 0 && ::listen(listener_, 16) == 0);
        ::getsockname(listener_, generic, &size);
        port = ntohs(address.sin_port);
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    ~HttpServer() {
        thread_.request_stop();
        thread_.join();
        for (const int fd : hanging_) ::close(fd);
        ::close(listener_);
    }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::string url(const std::string& path = "/hook") const {
        return "http://127.0.0.1:" + std::to_string(port) + path;
    }
    // Head and body of each, as they came.
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    std::uint16_t port = 0;

  private:
    void run(const std::stop_token& stop) {
        pollfd watched{listener_, POLLIN, 0};
        while (!stop.stop_requested())
            if (::poll(&watched, 1, 10) > 0)
                serve(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    }
    void serve(int fd) {
        std::string request = read_from(fd);
        int status = 200;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(request));
            if (!answers_.empty()) {
                status = answers_.front();
                answers_.pop_front();
            }
        }
        if (status == hang) return hanging_.push_back(fd);
        const std::string reply = "HTTP/1.1 " + std::to_string(status) + " x\r\n" + more_fields_ +
                                  "Content-Length: 2\r\nConnection: close\r\n\r\nok";
        ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
        ::close(fd);
    }
    static std::string read_from(int fd) {
        std::string text;
        char block[4096];
        for (;;) {
            const std::size_t head = text.find("\r\n\r\n");
            const std::size_t length = text.find("Content-Length: ");
            if (head != text.npos && length < head &&
                text.size() >= head + 4 + std::stoul(text.substr(length + 16)))
                return text;
            const ssize_t count = ::recv(fd, block, sizeof block, 0);
            if (count <= 0) return text;
            text.append(block, static_cast<std::size_t>(count));
        }
    }

    int listener_ = -1;
    mutable std::mutex mutex_;  // guards the next two
    std::deque<int> answers_;
    std::vector<std::string> requests_;
    const std::string more_fields_;
    std::vector<int> hanging_;  // of the thread, and then of the end
    std::jthread thread_;
};

}  // namespace spillway
