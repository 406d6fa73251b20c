// IP addresses and networks as values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace spillway::match {

// IPv4 addresses are kept mapped (::ffff:a.b.c.d), so that both families compare alike.
struct Ip {
    std::array<std::uint8_t, 16> bytes{};

    bool is_v4() const;
    std::string text() const;  // "192.0.2.7" or "2001:db8::9"
    friend bool operator==(const Ip&, const Ip&) = default;
};

// Takes "192.0.2.7", "2001:db8::9" and Postfix's "IPv6:2001:db8::9".
tl::expected<Ip, std::string> parse_ip(std::string_view text);

struct Network {
    Ip base;
    int prefix_bits;  // of 128; an IPv4 /24 is 120

    bool holds(const Ip& ip) const;
};

// "192.0.2.0/24", "2001:db8::/32" or a single address. Bits beyond the prefix are a mistake.
tl::expected<Network, std::string> parse_network(std::string_view text);

}  // namespace spillway::match
