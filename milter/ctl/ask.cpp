#include "ctl/ask.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "ctl/policy_file.h"
#include "daemon/descriptor.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

// A reload compiles everything and runs all test blocks before it answers.
constexpr timeval patience{.tv_sec = 30, .tv_usec = 0};

Stopped no_answer(const std::string& path, int error) {
    return {unreachable, fmt::format("no spillwayd answers on {}: {}", path,
                                     std::generic_category().message(error))};
}

daemon::Descriptor connection_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw no_answer(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());

    daemon::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw no_answer(path, errno);
    }
    return fd;
}

void send_line(int fd, std::string_view line, const std::string& path) {
    while (!line.empty()) {
        const ssize_t count = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL);
        if (count < 0) throw no_answer(path, errno);
        line.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string reply_line(int fd, const std::string& path) {
    std::string reply;
    std::array<char, 16 * 1024> block;
    while (!reply.ends_with('\n')) {
        const ssize_t count = ::recv(fd, block.data(), block.size(), 0);
        if (count < 0) throw no_answer(path, errno == EAGAIN ? ETIMEDOUT : errno);
        if (count == 0) throw no_answer(path, ECONNRESET);
        reply.append(block.data(), static_cast<std::size_t>(count));
    }
    return reply;
}

}  // namespace

json ask(const Common& common, const json& request) {
    const std::string path = control_path(common);
    const daemon::Descriptor fd = connection_to(path);
    send_line(fd.get(), request.dump(-1, ' ', true, json::error_handler_t::replace) + "\n", path);
    return json::parse(reply_line(fd.get(), path));
}

json ask_and_expect_success(const Common& common, const json& request) {
    json reply = ask(common, request);
    if (!reply.at("ok").get<bool>()) throw Stopped(refused, reply.at("error").get<std::string>());
    return reply;
}

std::string json_text(const json& value) {
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace spillway::ctl
