#include "mta/client.h"

#include <cstring>

#include <netinet/in.h>

#include <algorithm>

namespace spillway::mta {
namespace {

struct Endpoint {
    match::Ip ip;
    std::uint16_t port;
};

Endpoint endpoint_v4(const sockaddr_in& address) {
    Endpoint result{{}, ntohs(address.sin_port)};
    result.ip.bytes[10] = result.ip.bytes[11] = 0xff;
    std::memcpy(&result.ip.bytes[12], &address.sin_addr, 4);
    return result;
}

Endpoint endpoint_v6(const sockaddr_in6& address) {
    Endpoint result{{}, ntohs(address.sin6_port)};
    std::memcpy(result.ip.bytes.data(), &address.sin6_addr, result.ip.bytes.size());
    return result;
}

bool is_loopback(const match::Ip& ip) {
    if (ip.is_v4()) return ip.bytes[12] == 127;
    return std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
           ip.bytes.back() == 1;
}

policy::Client client_at(const Endpoint& end) {
    return {.ip = end.ip, .local_submission = end.port == 0 && is_loopback(end.ip)};
}

}  // namespace

policy::Client client_of(std::string_view host_name, const sockaddr* address) noexcept {
    if (address == nullptr) return {.ip = {}, .local_submission = host_name == "localhost"};
    if (address->sa_family == AF_INET)
        return client_at(endpoint_v4(*reinterpret_cast<const sockaddr_in*>(address)));
    if (address->sa_family == AF_INET6)
        return client_at(endpoint_v6(*reinterpret_cast<const sockaddr_in6*>(address)));
    return {.ip = {}, .local_submission = address->sa_family == AF_UNIX};
}

}  // namespace spillway::mta
