// How the parts of a key are written where single bytes have a meaning: in Redis and in saved
// counts.
//
// Part of a key is whatever a customer puts into an address, so everything outside [A-Za-z0-9._@+-]
// is written %XX: braces, blanks, line ends, NUL and the wildcards of Redis's SCAN are all inert.
//
// And a customer may make it long: a value of more than 200 bytes is cut, and a hash of the whole
// takes the place of what was cut off. merged() does so for both stores, in keys and accounts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::limits {

std::string encoded(std::string_view part);

// The first two colons of "<limit>:<scope>:<value>" stay, those of the value (an IPv6 address) do
// not. A prefix of a key is encoded as a prefix of the encoded key.
std::string encoded_key(std::string_view key);

inline constexpr std::size_t longest_value = 200;  // bytes

// The value as it is up to 200 bytes, else its beginning (whole characters of UTF-8), "-" and 32
// hex digits: 200 bytes at most, so that what was bounded once stays as it is. The hash is no
// cryptographic one: who looks for two long values of one hash finds them, and then counts for
// both of his on one counter. No value of up to 200 bytes is ever changed.
std::string bounded(std::string_view value);

// The same for the value of "<limit>:<scope>:<value>", whose other parts stand in the policy.
std::string bounded_key(std::string_view key);

// The reverse of encoded and encoded_key; nullopt when the text was not written by them.
std::optional<std::string> decoded(std::string_view text);

}  // namespace spillway::limits
