// Sealed tokens as text of a header field, and their way back out of what people copy from
// messages. Knows how a token is written, not what is sealed in it.
//
// Pure; time is linear in the size of the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// Base64 with "-" and "_" and without padding (RFC 4648 section 5): no transfer encoding and no
// markup touches its characters, and all of them may stand in a CFBL-Feedback-ID (RFC 9477 section
// 6.4). Other characters than its own are skipped.
std::string to_base64_url(std::string_view bytes);
std::string from_base64_url(std::string_view text);

// The bytes of a token: a head whose last two bytes say how many there are between head and rest
// (big-endian), those, and the rest. So a reader knows where a token ends that was broken into
// lines.
inline constexpr std::size_t token_head_bytes = 5;
inline constexpr std::size_t token_rest_bytes = 28;
inline constexpr std::size_t longest_token_bytes = 1023;

inline constexpr std::string_view token_mark = "SPW1:";

// "SPW1:AbC… dEf…": blanks every 64 characters say where the field may be folded.
std::string token_text(std::string_view bytes);

struct TokenInText {
    std::string bytes;      // as far as they are there
    bool complete = false;  // else the text ends or goes on with something else
    std::string field;      // the name of the field it stands in, in lower case; "" when in none
};

// All tokens of a text that was folded, quoted ("> "), wrapped by a mail program or taken from
// quoted-printable without decoding it.
std::vector<TokenInText> tokens_in(std::string_view text);

}  // namespace spillway::mail
