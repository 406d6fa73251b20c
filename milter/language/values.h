// Small texts into values: "200M", "8s", "01:00-08:00".
//
// Leaf parsers: they know no place in a file; their mistakes are phrases for a diagnostic.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "language/settings.h"
#include "limits/limits.h"
#include "policy/window.h"

namespace spillway::language {

template <typename T>
using Parsed = tl::expected<T, std::string>;

// The phrase of most mistakes: what was expected, and what stands there.
tl::unexpected<std::string> mistake(std::string_view expected, std::string_view got);

Parsed<std::int64_t> parse_number(std::string_view text);                 // "1000", at most 10^15
Parsed<std::int64_t> parse_size(std::string_view text);                   // "200M": K, M, G of 1024
Parsed<std::chrono::milliseconds> parse_duration(std::string_view text);  // "150ms 8s 15m 1h 7d"
Parsed<std::bitset<7>> parse_days(std::string_view text);                 // "sat" or "mon-fri"
// "01:00-08:00"; "24:00" ends a day.
Parsed<policy::Span> parse_times(std::string_view text, std::bitset<7> days);
Parsed<unsigned> parse_mode(std::string_view text);            // "0660"
Parsed<Listen> parse_listen(std::string_view text);            // unix:/path, inet:host:port, fd:3
Parsed<std::string> parse_socket_path(std::string_view text);  // absolute, of at most 107 bytes
Parsed<std::uint16_t> parse_port(std::string_view text);
// "2026-11-23" and "12:00" in a zone.
Parsed<limits::Time> parse_time(std::string_view day, std::string_view time,
                                const date::time_zone& zone);

}  // namespace spillway::language
