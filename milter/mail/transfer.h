// Content transfer encodings undone (RFC 2045 section 6), as lenient readers do it.
//
// Nothing is an error: what does not belong to the encoding is skipped or kept as it is.
#pragma once

#include <string>
#include <string_view>

namespace spillway::mail {

// Characters outside of the alphabet are skipped, padding ends a group wherever it stands and is
// not missed at the end.
std::string from_base64(std::string_view text);

// Escapes in either case; soft line breaks also with blanks after the "="; other "=" stay.
std::string from_quoted_printable(std::string_view text);

// The Q encoding of header fields (RFC 2047 section 4.2): "_" is a blank.
std::string from_q(std::string_view text);

}  // namespace spillway::mail
