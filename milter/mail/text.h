// Text as a person reads it: what all content rules look at.
//
// Pure functions over bytes; none of them throws on anything a message contains.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::mail {

struct ReadingLimits {
    std::size_t text_bytes = 16 * 1024 * 1024;  // decoded text kept of one message
    int depth = 100;                            // nested multiparts and messages
    int parts = 10000;
};

// `incomplete` says why a rule must not take "not found" for an answer (text beyond the limits,
// nesting too deep); it is a short phrase for logs and replies, without message content.
struct ReadText {
    std::string text;
    std::optional<std::string> incomplete;
};

// The text of all text parts of a message (headers, empty line, body; any line ends), in order,
// parts separated by "\n": transfer encodings undone, charsets converted, HTML rendered, then
// readable(). Attached messages (message/rfc822) are read too; attachments that are not text are
// not. Text that HTML hides from the reader follows at the end, after a line of its own.
ReadText read_text(std::string_view message, const ReadingLimits& limits);

// Bytes in a named charset as UTF-8. Unknown or wrong names: valid UTF-8 is taken as such, else
// windows-1252. Bytes invalid in a known charset become U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view charset);

struct RenderedHtml {
    std::string visible;
    std::string hidden;  // display:none, visibility:hidden, font-size:0, the hidden attribute
};

// UTF-8 HTML as rendered: entities decoded, block elements and <br> end lines, inline tags and
// comments vanish without a gap; script, style and template are dropped; alt texts are visible.
RenderedHtml render_html(std::string_view html);

// NFKC, zero-width characters and soft hyphens removed, runs of white space within a line folded to
// one blank, line ends "\n". Invalid UTF-8 becomes U+FFFD. Plain ASCII takes a fast path.
std::string readable(std::string_view utf8);

// To be called once before threads start: GMime and libxml2 keep global tables.
void prepare_libraries();

}  // namespace spillway::mail
