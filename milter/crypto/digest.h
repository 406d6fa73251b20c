// Short names for long or private texts, and digests that nobody can find a second text for.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace spillway::crypto {

// The first eight bytes of SHA-256 as 16 lower-case hexadecimal digits. Tells texts apart and does
// not show them; too short to withstand somebody who looks for two texts with one digest.
std::string short_digest(std::string_view text);

// SHA-256 of the pieces one behind the other, as 64 lower-case hexadecimal digits.
std::string sha256(std::initializer_list<std::string_view> pieces);

}  // namespace spillway::crypto
