// Text from strangers made harmless for a log line: one line, no control of terminals, no end of
// quoting, bounded.
#pragma once

#include <string>
#include <string_view>

namespace spillway::log {

// Longer values are cut, with "..." in place of the rest.
inline constexpr std::size_t value_limit_bytes = 512;

// `text` as it is when it is plain (printable ASCII without blanks, quotes, "\" and "="), else in
// double quotes: `\"`, `\\`, \n, \r, \t; bytes that are not UTF-8 as \xNN; characters that control
// (C0, C1, bidirectional and other invisible ones, line separators) as \u{NNNN}.
std::string inert(std::string_view text);

// Cut at the limit, between characters.
std::string_view shortened(std::string_view text);

}  // namespace spillway::log
