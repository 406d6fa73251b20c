// A message taken apart (RFC 2045, RFC 2046): the parts that hold text, in order.
//
// Nothing is copied but messages that are encoded themselves; there is no recursion, so that no
// message can overflow a stack, and time is linear in the size of the message. A parser of its own,
// because what is lost on one reader must be seen when it is shown by another.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/text.h"

namespace spillway::mail {

struct TextPart {
    enum class Kind {
        plain,
        html,
        outside,  // before, between and after the parts of a multipart: shown by few readers
    };
    Kind kind = Kind::plain;
    std::string_view body;  // as it was sent

    // What the part says of itself; several where it says several things, then readers differ. No
    // more than two encodings and three charsets.
    std::vector<std::string> encodings, charsets;

    // RFC 3676: lines that end in a blank go on, without that blank when `deletes_blanks`.
    bool flowed = false;
    bool deletes_blanks = false;
};

struct TextParts {
    std::vector<TextPart> parts;
    std::optional<std::string> incomplete;  // as in ReadText
    std::deque<std::string> decoded;        // what bodies of encoded messages point into
};

// The bodies point into `message` or into `decoded`.
TextParts text_parts(std::string_view message, const ReadingLimits& limits);

}  // namespace spillway::mail
