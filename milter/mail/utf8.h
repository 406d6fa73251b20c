// UTF-8 by hand, for the places where a library call a character would be felt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::mail {

// Where the first byte that is not ASCII stands, at `begin` or later; the size of the text without
// one.
std::size_t ascii_end(std::string_view text, std::size_t begin);

bool is_ascii(std::string_view text);
bool is_utf8(std::string_view text);

// The code point at this place, or -1 for an ill-formed sequence; moves the place beyond it.
std::int32_t next_code_point(std::string_view text, std::size_t& at);

// Surrogates and numbers beyond Unicode become U+FFFD.
void append_utf8(std::string& text, std::uint32_t code_point);

// Each ill-formed sequence becomes U+FFFD (Unicode 15 section 3.9, "maximal subparts").
std::string repaired_utf8(std::string_view text);

// At most `bytes` of the text, not cutting a character.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace spillway::mail
