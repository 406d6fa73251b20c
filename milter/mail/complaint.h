// What came back of a message that somebody complains about: sealed tokens, wherever they stand in
// a report (RFC 5965), a forwarded message, an attached one, a header block or a copied line.
//
// Pure; nothing is an error. Time is linear in the size of the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/text.h"
#include "mail/token_text.h"

namespace spillway::mail {

struct Complaint {
    std::vector<TokenInText> tokens;       // each once; those that are cut off last
    std::vector<std::string> message_ids;  // of all messages in it, each "<...>" once, unfolded
};

// Looks at the text as it is, with quoted-printable and encoded words undone, at all its parts
// decoded, and at HTML as it is shown. Of a token that is broken off in one of these and whole in
// another, only the whole one is told.
Complaint read_complaint(std::string_view text, const ReadingLimits& limits);

// The messages of a mailbox file (RFC 4155), without their separators: lines that begin with "From
// " after an empty line. Any other text is one message.
std::vector<std::string_view> messages_of(std::string_view mailbox);

}  // namespace spillway::mail
