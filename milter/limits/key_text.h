// How the parts of a key are written where single bytes have a meaning: in Redis and in saved
// counts.
//
// Part of a key is whatever a customer puts into an address, so everything outside [A-Za-z0-9._@+-]
// is written %XX: braces, blanks, line ends, NUL and the wildcards of Redis's SCAN are all inert.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::limits {

std::string encoded(std::string_view part);

// The first two colons of "<limit>:<scope>:<value>" stay, those of the value (an IPv6 address) do
// not. A prefix of a key is encoded as a prefix of the encoded key.
std::string encoded_key(std::string_view key);

// The reverse of both; nullopt when the text was not written by them.
std::optional<std::string> decoded(std::string_view text);

}  // namespace spillway::limits
