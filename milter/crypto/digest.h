// Short names for long or private texts.
#pragma once

#include <string>
#include <string_view>

namespace spillway::crypto {

// The first eight bytes of SHA-256 as 16 lower-case hexadecimal digits. Tells texts apart and does
// not show them; too short to withstand somebody who looks for two texts with one digest.
std::string short_digest(std::string_view text);

}  // namespace spillway::crypto
