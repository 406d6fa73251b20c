// A message taken apart (RFC 2045, RFC 2046): the parts that hold text, and those that readers
// offer as files, in order.
//
// Nothing is copied but messages that are encoded themselves; there is no recursion, so that no
// message can overflow a stack, and time is linear in the size of the message. A parser of its own,
// because what is lost on one reader must be seen when it is shown by another.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/body.h"
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

    std::string path;  // as that of a FilePart
};

// What readers show as a file: attached or named parts, messages, all that is no text. Attached
// text is a TextPart as well.
struct FilePart {
    std::string path;  // "2.1", counted as in RFC 3501 section 6.4.5
    std::string_view body;
    std::vector<std::string> types;      // as labelled, in lower case; empty when unlabelled
    std::vector<std::string> names;      // all that any reader may show, not yet readable()
    std::vector<std::string> encodings;  // as those of a TextPart
};

struct Parts {
    std::vector<TextPart> texts;
    std::vector<FilePart> files;
    std::optional<std::string> incomplete;  // as in ReadText
    std::optional<std::string> unreadable;  // why some part cannot be decoded, in a few words
    bool encrypted = false;                 // labelled as PGP/MIME or S/MIME that hides its content
    std::deque<std::string> decoded;        // what bodies of encoded messages point into
};

// The bodies point into `message` or into `decoded`. `rest` is called now and then while the
// message is read (see read_in_pieces()).
Parts parts_of(std::string_view message, const ReadingLimits& limits,
               const std::function<void()>& rest = {});

// How a part with these encodings is decoded, once for each.
std::vector<Body> bodies_of(std::string_view sent, const std::vector<std::string>& encodings);

}  // namespace spillway::mail
