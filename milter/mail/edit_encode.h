// Content transfer encodings written, and places found in encoded text (RFC 2045 section 6).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::mail {

// Lines end with `line_end` and are no longer than 76 characters. Line ends of the text, LF or
// CRLF, are line ends of what is encoded.
std::string as_quoted_printable(std::string_view text, std::string_view line_end);

// Lines of `width` characters, a multiple of 4, each with a line end but the last.
std::string as_base64(std::string_view bytes, std::string_view line_end, std::size_t width = 76);

// How many characters of quoted-printable say the first `decoded` bytes of what it says, and
// nothing behind them.
std::size_t quoted_printable_place(std::string_view encoded, std::size_t decoded);

// The whole lines of base64 that say no more than the first `decoded` bytes: what is added behind
// these bytes leaves these lines as they are.
struct Base64Lines {
    std::size_t characters = 0;  // line ends included
    std::size_t bytes = 0;       // that they say
    std::size_t width = 76;      // of a line, as the text has it
};
Base64Lines base64_lines_before(std::string_view encoded, std::size_t decoded);

// False where readers may disagree on what is said: characters that are none of base64's, padding
// before the end, a group that is not complete.
bool is_plain_base64(std::string_view encoded);

}  // namespace spillway::mail
