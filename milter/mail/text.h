// Text as a person reads it: what all content rules look at.
//
// Pure functions over bytes, for any number of threads; none of them throws on anything a message
// contains. Time and memory are linear in the size of the input, but for look-ups in sorted names.
#pragma once

#include <cstddef>
#include <functional>
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
    std::size_t shown_bytes = 0;  // of the text, before what few readers show
    std::string code;             // see RenderedHtml
    bool cut = false;             // there is more text than is read
    // Why some text cannot be decoded, in a few words: an unknown charset, damaged TNEF.
    std::optional<std::string> unreadable;
};

// The text of all text parts of a message (headers, empty line, body; any line ends), in order,
// parts separated by "\n": transfer encodings undone, charsets converted, HTML rendered, flowed
// lines joined, then readable(). Attached messages (message/rfc822) are read too; attachments that
// are not text are not. Where a part says two things of itself (two encodings, charsets,
// boundaries), it is read in both ways. Text that few readers show follows at the end, after a line
// of its own: what HTML hides, what stands before, between and after the parts of a multipart, and
// what bytes would be to a reader who does not believe their label. Files in uuencode or yEnc that
// hold text, and the texts of TNEF, are read as well.
//
// Memory: a few times the limit on text, whatever the size of the message.
ReadText read_text(std::string_view message, const ReadingLimits& limits);

struct Parts;
// Of parts that are known already. `rest` as in read_in_pieces().
ReadText read_text(const Parts& parts, const ReadingLimits& limits,
                   const std::function<void()>& rest = {});

// The source of all HTML parts in UTF-8, up to the limit; `cut` where there is more.
struct HtmlSource {
    std::string text;
    bool cut = false;
};
HtmlSource html_source(const Parts& parts, const ReadingLimits& limits,
                       const std::function<void()>& rest = {});

// Bytes in a named charset (any that ICU knows) as UTF-8. A byte order mark goes before the name.
// Names that say nothing (unknown ones, "", us-ascii): valid UTF-8 is taken as such, else
// windows-1252. Bytes invalid in a known charset become U+FFFD.
std::string to_utf8(std::string_view bytes, std::string_view charset);

struct RenderedHtml {
    std::string visible;

    // What style, a simple style sheet rule or the hidden attribute hides (display, visibility,
    // opacity, font size of zero); title, template and their like; title attributes, and alt texts
    // but the first of an element; conditional comments, CDATA, and what an unclosed tag or comment
    // swallows.
    std::string hidden;

    // Comments, scripts, style sheets and attributes that hold a document: what no reader shows.
    std::string code;
};

// UTF-8 HTML as rendered: entities decoded, block elements and <br> end lines, inline tags and
// comments vanish without a gap; alt texts are visible.
RenderedHtml render_html(std::string_view html);

// NFKC; characters that nobody sees (zero-width, soft hyphen, variation selectors, NUL and other
// controls) removed; runs of white space within a line folded to one blank, none at either end of a
// line; line ends "\n". Invalid UTF-8 becomes U+FFFD. Plain ASCII takes a fast path.
std::string readable(std::string_view utf8);

// To be called once before threads start: loads ICU's tables, so that a broken installation is
// found at the start (throws std::runtime_error) and no first message has to wait for them.
void prepare_libraries();

}  // namespace spillway::mail
