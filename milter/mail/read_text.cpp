#include <algorithm>

#include "mail/entity.h"
#include "mail/mime.h"
#include "mail/text.h"
#include "mail/transfer.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

// The most bytes that may become one byte of text: encoded words of a flood of soft line breaks.
constexpr std::size_t encoded_per_text = 4;

// For a part that names no encoding, or no charset.
const std::vector<std::string> unsaid{""};

std::string transfer_decoded(std::string_view body, std::string_view encoding) {
    if (encoding == "base64") return from_base64(body);
    if (encoding == "quoted-printable") return from_quoted_printable(body);
    return std::string(body);
}

// Joins the lines that RFC 3676 section 4.2 makes one. A signature's "-- " goes with no line.
std::string unflowed(std::string_view text, bool deletes_blanks) {
    std::string joined;
    joined.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Line line = line_at(text, at);
        std::string_view shown = line.text;
        if (shown.starts_with(' ')) shown.remove_prefix(1);  // stuffed, section 4.4
        const bool goes_on = shown.ends_with(' ') && shown != "-- ";
        if (goes_on && deletes_blanks) shown.remove_suffix(1);
        joined += shown;
        if (!goes_on) joined += '\n';
        at = line.next;
    }
    return joined;
}

// The charset that the HTML names for itself; readers look for it where the part names none.
std::string charset_in_html(std::string_view html) {
    constexpr std::string_view mark = "charset=";
    std::string head(html.substr(0, 1024));
    std::ranges::transform(head, head.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::size_t found = head.find(mark);
    if (found == head.npos) return {};
    const std::size_t begin =
        std::min(head.find_first_not_of("\"' ", found + mark.size()), head.size());
    return head.substr(begin, head.find_first_of("\"' >;/", begin) - begin);
}

// Gathers text up to a limit.
class Reading {
  public:
    explicit Reading(const ReadingLimits& limits) : limits_(limits) {}

    void add(const TextPart& part) {
        const auto& encodings = part.encodings.empty() ? unsaid : part.encodings;
        const auto& charsets = part.charsets.empty() ? unsaid : part.charsets;
        for (const std::string& encoding : encodings)
            for (const std::string& charset : charsets) add(part, encoding, charset);
    }

    ReadText result(std::optional<std::string> incomplete) && {
        if (cut_) incomplete = "more text than is read";
        const std::size_t shown = visible_.size();
        if (!visible_.empty() && !hidden_.empty()) visible_ += '\n';
        visible_ += hidden_;
        return {std::move(visible_), std::move(incomplete), shown};
    }

  private:
    void add(const TextPart& part, const std::string& encoding, const std::string& charset) {
        const std::size_t left = limits_.text_bytes - visible_.size() - hidden_.size();
        const std::size_t enough = (left + 1) * encoded_per_text;
        if (part.body.size() > enough) cut_ = true;
        const std::string bytes = transfer_decoded(part.body.substr(0, enough), encoding);

        const bool html = part.kind == TextPart::Kind::html;
        const bool asks_html = html && charset.empty();
        const std::string text = to_utf8(bytes, asks_html ? charset_in_html(bytes) : charset);
        if (html) {
            const RenderedHtml rendered = render_html(text);
            append(visible_, readable(rendered.visible));
            append(hidden_, readable(rendered.hidden));
        } else if (part.kind == TextPart::Kind::outside) {
            append(hidden_, readable(text));
        } else {
            append(visible_, readable(part.flowed ? unflowed(text, part.deletes_blanks) : text));
        }
    }

    // A line end goes before each piece but the first, and between visible and hidden text.
    void append(std::string& to, std::string_view text) {
        if (text.empty()) return;
        const std::string& other = &to == &visible_ ? hidden_ : visible_;
        const std::size_t line_ends = (to.empty() ? 0 : 1) + (other.empty() ? 0 : 1);
        const std::size_t used = visible_.size() + hidden_.size() + line_ends;
        const std::size_t left = limits_.text_bytes - std::min(used, limits_.text_bytes);
        const std::string_view kept = utf8_prefix(text, left);
        if (kept.size() < text.size()) cut_ = true;
        if (kept.empty()) return;
        if (!to.empty()) to += '\n';
        to += kept;
    }

    const ReadingLimits& limits_;
    std::string visible_, hidden_;
    bool cut_ = false;
};

// Only carriage returns end lines where there are no line feeds, as on computers of old.
bool has_old_line_ends(std::string_view message) {
    return message.find('\n') == message.npos && message.find('\r') != message.npos;
}

}  // namespace

ReadText read_text(std::string_view message, const ReadingLimits& limits) {
    if (has_old_line_ends(message)) {
        std::string copy(message);
        std::ranges::replace(copy, '\r', '\n');
        return read_text(copy, limits);
    }
    TextParts parts = text_parts(message, limits);
    Reading reading(limits);
    for (const TextPart& part : parts.parts) reading.add(part);
    return std::move(reading).result(std::move(parts.incomplete));
}

}  // namespace spillway::mail
