#include "language/values.h"

#include <array>
#include <charconv>
#include <sstream>

#include <fmt/format.h>

namespace spillway::language {
namespace {

constexpr std::int64_t largest_number = 1'000'000'000'000'000;

// Splits "200M" into 200 and "M".
std::optional<std::pair<std::int64_t, std::string_view>> number_and_unit(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || number < 0 || number > largest_number) return std::nullopt;
    return std::pair{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

std::optional<std::size_t> day_number(std::string_view name) {
    for (std::size_t i = 0; i < day_names.size(); ++i) {
        if (day_names[i] == name) return i;
    }
    return std::nullopt;
}

std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hours = number_and_unit(text.substr(0, 2));
    const auto minutes = number_and_unit(text.substr(3));
    if (!hours || !minutes || !hours->second.empty() || !minutes->second.empty())
        return std::nullopt;
    const auto total = hours->first * 60 + minutes->first;
    if (minutes->first > 59 || total > 24 * 60) return std::nullopt;
    return std::chrono::minutes{total};
}

// "host:port" with "[::1]" for IPv6.
Parsed<InetSocket> host_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return mistake("HOST:PORT", text);
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return mistake("HOST:PORT", text);
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return InetSocket{std::string{host}, *port};
}

}  // namespace

tl::unexpected<std::string> mistake(std::string_view expected, std::string_view got) {
    return tl::unexpected(fmt::format("expected {}, got \"{}\"", expected, got));
}

Parsed<std::int64_t> parse_number(std::string_view text) {
    const auto parsed = number_and_unit(text);
    if (!parsed || !parsed->second.empty()) return mistake("a number", text);
    return parsed->first;
}

Parsed<std::int64_t> parse_size(std::string_view text) {
    const auto parsed = number_and_unit(text);
    if (!parsed) return mistake("a size such as 200M", text);
    std::int64_t factor = 1;
    if (parsed->second == "K")
        factor = 1LL << 10;
    else if (parsed->second == "M")
        factor = 1LL << 20;
    else if (parsed->second == "G")
        factor = 1LL << 30;
    else if (!parsed->second.empty())
        return mistake("a size such as 200M (K, M or G)", text);
    if (parsed->first > largest_number / factor) return mistake("a smaller size", text);
    return parsed->first * factor;
}

Parsed<std::chrono::milliseconds> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                               Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
    constexpr std::int64_t longest = 3660LL * 86'400'000;  // ten years
    const auto parsed = number_and_unit(text);
    for (const Unit& unit : units) {
        if (!parsed || parsed->second != unit.name) continue;
        if (parsed->first < 1 || parsed->first > longest / unit.milliseconds) break;
        return std::chrono::milliseconds{parsed->first * unit.milliseconds};
    }
    return mistake("a duration such as 8s, 15m, 1h or 7d", text);
}

Parsed<std::bitset<7>> parse_days(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = day_number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : day_number(text.substr(dash + 1));
    if (!first || !last) return mistake("a day such as sat or mon-fri", text);
    std::bitset<7> days;
    for (std::size_t day = *first;; day = (day + 1) % 7) {
        days.set(day);
        if (day == *last) return days;
    }
}

Parsed<policy::Span> parse_times(std::string_view text, std::bitset<7> days) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return mistake("times such as 01:00-08:00", text);
    const auto from = time_of_day(text.substr(0, dash));
    const auto to = time_of_day(text.substr(dash + 1));
    if (!from || !to || from == std::chrono::hours{24}) {
        return mistake("times such as 01:00-08:00", text);
    }
    return policy::Span{days, *from, *to};
}

Parsed<unsigned> parse_mode(std::string_view text) {
    unsigned mode = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (failure != std::errc{} || end != text.data() + text.size() || mode > 0777 || text.empty()) {
        return mistake("a file mode such as 0660", text);
    }
    return mode;
}

Parsed<Listen> parse_listen(std::string_view text) {
    if (text.starts_with("unix:")) {
        const auto path = parse_socket_path(text.substr(5));
        if (!path) return tl::unexpected(path.error());
        return UnixSocket{*path, 0660, ""};
    }
    if (text.starts_with("inet:")) {
        const auto place = host_and_port(text.substr(5));
        if (!place) return tl::unexpected(place.error());
        return *place;
    }
    if (text.starts_with("fd:")) {
        const auto fd = parse_number(text.substr(3));
        if (!fd || *fd < 3 || *fd > 1024) return mistake("fd:3 or higher", text);
        return InheritedSocket{static_cast<int>(*fd)};
    }
    return mistake("unix:/PATH, inet:HOST:PORT or fd:NUMBER", text);
}

Parsed<std::string> parse_socket_path(std::string_view text) {
    // sockaddr_un holds 108 bytes with the final NUL (unix(7)).
    constexpr std::size_t longest = 107;
    if (!text.starts_with('/')) return mistake("an absolute path", text);
    if (text.size() > longest) {
        return tl::unexpected(
            fmt::format("the socket path has {} bytes, {} are allowed", text.size(), longest));
    }
    return std::string{text};
}

Parsed<std::uint16_t> parse_port(std::string_view text) {
    const auto port = number_and_unit(text);
    if (!port || !port->second.empty() || port->first < 1 || port->first > 65535)
        return mistake("a port", text);
    return static_cast<std::uint16_t>(port->first);
}

Parsed<limits::Time> parse_time(std::string_view day, std::string_view time,
                                const date::time_zone& zone) {
    std::istringstream in{fmt::format("{} {}", day, time)};
    date::local_time<std::chrono::minutes> local;
    in >> date::parse("%F %H:%M", local);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) {
        return mistake("a time such as 2026-11-23 12:00", fmt::format("{} {}", day, time));
    }
    return zone.to_sys(local, date::choose::earliest);
}

}  // namespace spillway::language
