#include "daemon/metrics_endpoint.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

constexpr std::size_t longest_scrape = 8 * 1024;

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses addresses_of(const language::InetSocket& setting) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const char* host = setting.host.empty() ? nullptr : setting.host.c_str();
    const int error = ::getaddrinfo(host, fmt::format("{}", setting.port).c_str(), &hints, &found);
    if (error != 0)
        throw std::runtime_error(
            fmt::format("metrics: no address of {}: {}", setting.host, ::gai_strerror(error)));
    return Addresses(found);
}

system::Descriptor listener_at(const language::InetSocket& setting) {
    const std::string place = fmt::format("{}:{} (metrics)", setting.host, setting.port);
    const Addresses address = addresses_of(setting);
    system::Descriptor fd(
        ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.is_open()) throw failure("listen on", place);
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(fd.get(), address->ai_addr, address->ai_addrlen) != 0 ||
        ::listen(fd.get(), SOMAXCONN) != 0)
        throw failure("listen on", place);
    return fd;
}

// A head ends with an empty line; lone LF counts as a line end (RFC 9112 section 2.2).
std::optional<std::string_view> head_in(std::string_view in) {
    const std::size_t end = std::min(in.find("\r\n\r\n"), in.find("\n\n"));
    if (end == std::string_view::npos) return std::nullopt;
    return in.substr(0, end);
}

std::string reply(std::string_view status, std::string_view type, std::string_view body,
                  bool with_body, std::string_view more = "") {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}",
        status, type, body.size(), more, with_body ? body : std::string_view());
}

}  // namespace

std::string http_reply(std::string_view request, const std::function<std::string()>& text) {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    const std::string_view line = request.substr(0, request.find_first_of("\r\n"));
    const std::size_t first = line.find(' ');
    const std::size_t second = line.find(' ', first + 1);
    if (first == line.npos || second == line.npos ||
        !line.substr(second + 1).starts_with("HTTP/1."))
        return reply("400 Bad Request", plain, "this is not HTTP/1.1\n", true);
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, second - first - 1);
    const bool get = method == "GET";
    if (!get && method != "HEAD")
        return reply("405 Method Not Allowed", plain, "", true, "Allow: GET, HEAD\r\n");
    if (target.substr(0, target.find('?')) != "/metrics")
        return reply("404 Not Found", plain, "metrics are at /metrics\n", get);
    return reply("200 OK", "text/plain; version=0.0.4; charset=utf-8", text(), get);
}

MetricsEndpoint::MetricsEndpoint(const language::InetSocket& setting)
    : clients_(listener_at(setting), head_in, longest_scrape) {}

std::uint16_t MetricsEndpoint::port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::getsockname(clients_.listener(), generic, &size) != 0)
        throw failure("look at", "the metrics' socket");
    // The port is in the same place for both families (RFC 3493 section 3.3).
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

void MetricsEndpoint::serve(std::span<const pollfd> polled, const Text& text, SteadyTime now) {
    clients_.serve(
        polled, [&](std::string_view request) { return http_reply(request, text); }, now);
}

}  // namespace spillway::daemon
