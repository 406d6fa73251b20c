// Which message a token was made for.
#pragma once

#include <string>
#include <string_view>

namespace spillway::crypto {

// short_digest() of what stands between "<" and ">" of a Message-ID (RFC 5322 section 3.6.4),
// blanks left out, so that folding changes nothing; "" where there is none.
std::string message_digest(std::string_view message_id);

}  // namespace spillway::crypto
