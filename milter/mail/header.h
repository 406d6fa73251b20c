// Header fields as the MTA hands them over, and their text as a person reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// `value` is raw: folding ("\n" and blanks), 8-bit bytes and encoded words are still in it.
struct Header {
    std::string name;
    std::string value;
};

// Field names are equal without regard to case (RFC 5322 section 1.2.2).
bool names_equal(std::string_view left, std::string_view right);

// Unfolded, RFC 2047 words decoded, in UTF-8, normalised like body text (see readable()).
std::string decoded_value(std::string_view raw);

}  // namespace spillway::mail
