#include "ctl/ask.h"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "ctl/policy_file.h"
#include "system/descriptor.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

// A reload compiles everything and runs all test blocks before it answers.
constexpr std::chrono::seconds patience_for_all{30};

using Deadline = std::chrono::steady_clock::time_point;

// Of the socket's next call. A time-out of 0 would mean none.
void set_time_left(int fd, Deadline deadline) {
    const auto left = std::max(std::chrono::duration_cast<std::chrono::microseconds>(
                                   deadline - std::chrono::steady_clock::now()),
                               std::chrono::microseconds(1));
    const timeval time{.tv_sec = left.count() / 1'000'000, .tv_usec = left.count() % 1'000'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

Stopped no_answer(const std::string& path, int error) {
    return {unreachable, fmt::format("no spillwayd answers on {}: {}", path,
                                     std::generic_category().message(error))};
}

system::Descriptor connection_to(const std::string& path, Deadline deadline) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw no_answer(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());

    system::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    set_time_left(fd.get(), deadline);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw no_answer(path, errno == EAGAIN ? ETIMEDOUT : errno);
    }
    return fd;
}

void send_line(int fd, std::string_view line, const std::string& path) {
    while (!line.empty()) {
        const ssize_t count = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
        if (count < 0) throw no_answer(path, errno == EAGAIN ? ETIMEDOUT : errno);
        line.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string reply_line(int fd, const std::string& path, Deadline deadline) {
    std::string reply;
    std::array<char, 16 * 1024> block;
    while (!reply.ends_with('\n')) {
        set_time_left(fd, deadline);
        const ssize_t count = ::recv(fd, block.data(), block.size(), 0);
        if (count < 0) throw no_answer(path, errno == EAGAIN ? ETIMEDOUT : errno);
        if (count == 0) throw no_answer(path, ECONNRESET);
        reply.append(block.data(), static_cast<std::size_t>(count));
    }
    return reply;
}

}  // namespace

json ask(const Common& common, const json& request) {
    return ask_at(control_path(common), request, patience_for_all);
}

json ask_at(const std::string& path, const json& request, std::chrono::milliseconds patience) {
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const system::Descriptor fd = connection_to(path, deadline);
    send_line(fd.get(), request.dump(-1, ' ', true, json::error_handler_t::replace) + "\n", path);
    return json::parse(reply_line(fd.get(), path, deadline));
}

json ask_and_expect_success(const Common& common, const json& request) {
    json reply = ask(common, request);
    if (!reply.at("ok").get<bool>()) throw Stopped(refused, reply.at("error").get<std::string>());
    return reply;
}

std::string own_name() {
    if (const char* const before_sudo = std::getenv("SUDO_USER")) return before_sudo;
    const passwd* const account = ::getpwuid(::geteuid());
    return account != nullptr ? account->pw_name : fmt::format("uid {}", ::geteuid());
}

std::string json_text(const json& value) {
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string ascii_json_text(const json& value, Lines lines) {
    const int indent = lines == Lines::one ? -1 : 2;
    return value.dump(indent, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace spillway::ctl
