#include "match/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "mail/header.h"

namespace spillway::match {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int mapped_bits = 96;

// inet_pton wants a terminated string, and the longest address has 45 characters.
bool parse_family(int family, std::string_view text, std::uint8_t* into) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != text.npos) return false;
    std::ranges::copy(text, terminated.begin());
    return inet_pton(family, terminated.data(), into) == 1;
}

// Zeroes what lies beyond the prefix.
Ip masked(Ip ip, int prefix_bits) {
    for (int i = 0; i < 16; ++i) {
        const int kept = std::clamp(prefix_bits - i * 8, 0, 8);
        ip.bytes[i] = static_cast<std::uint8_t>(ip.bytes[i] & (0xff00u >> kept));
    }
    return ip;
}

}  // namespace

bool Ip::is_v4() const { return std::ranges::equal(mapped_prefix, std::span(bytes).first<12>()); }

std::string Ip::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    const bool v4 = is_v4();
    inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? mapped_prefix.size() : 0),
              buffer.data(), buffer.size());
    return buffer.data();
}

tl::expected<Ip, std::string> parse_ip(std::string_view text) {
    constexpr std::string_view tag = "IPv6:";
    const bool tagged = mail::names_equal(text.substr(0, tag.size()), tag);
    const std::string_view address = tagged ? text.substr(tag.size()) : text;

    Ip ip;
    if (parse_family(AF_INET6, address, ip.bytes.data())) return ip;
    std::ranges::copy(mapped_prefix, ip.bytes.begin());
    if (!tagged && parse_family(AF_INET, address, ip.bytes.data() + mapped_prefix.size()))
        return ip;
    return tl::unexpected("expected an IP address, got \"" + std::string(text) + "\"");
}

bool Network::holds(const Ip& ip) const { return masked(ip, prefix_bits) == base; }

// Strict about host bits, as Postfix's cidr_table(5) is: "10.0.0.1/8" is mostly a mistyped /32.
tl::expected<Network, std::string> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto base = parse_ip(text.substr(0, slash));
    if (!base) return tl::unexpected(base.error());
    if (slash == text.npos) return Network{*base, 128};

    // "::ffff:192.0.2.0/120" is IPv6 notation although the address is an IPv4 one.
    const int before = base->is_v4() && text.find(':') == text.npos ? mapped_bits : 0;
    const std::string_view digits = text.substr(slash + 1);
    int bits = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 ||
        bits > 128 - before)
        return tl::unexpected("expected a prefix of 0 to " + std::to_string(128 - before) +
                              " bits, got \"" + std::string(digits) + "\"");

    const Network network{masked(*base, bits + before), bits + before};
    if (network.base == *base) return network;
    return tl::unexpected("\"" + std::string(text) +
                          "\" has bits beyond its prefix, did you mean " + network.base.text() +
                          "/" + std::to_string(bits) + "?");
}

}  // namespace spillway::match
