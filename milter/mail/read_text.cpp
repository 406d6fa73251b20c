#include <algorithm>
#include <set>

#include "mail/charset.h"
#include "mail/direction.h"
#include "mail/entity.h"
#include "mail/file_type.h"
#include "mail/inner.h"
#include "mail/mime.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

// The most bytes that may become one byte of text: encoded words of a flood of soft line breaks.
constexpr std::size_t encoded_per_text = 4;

constexpr std::size_t longest_piece = 4 * 1024 * 1024;  // of text without any place to cut

// For a part that names no charset.
const std::vector<std::string> unsaid{""};

bool is_shown_ascii(char c) { return c > ' ' && c < 0x7f; }

// Where text can be cut so that the readable() of both halves is the readable() of the whole:
// behind a line end, or between two characters that change nothing around them and are not turned
// round. 0 where there is no place.
std::size_t last_cut(std::string_view text) {
    const std::size_t line_end = text.rfind('\n');
    if (line_end != text.npos) return line_end + 1;
    for (std::size_t at = first_override(text); at-- > 1;)
        if (is_shown_ascii(text[at]) && is_shown_ascii(text[at - 1])) return at;
    return text.size() > longest_piece ? utf8_prefix(text, text.size() - 1).size() : 0;
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

// A part's bytes as UTF-8, up to a limit, and what another reader would take them for.
struct Converted {
    std::string text;
    bool cut = false;
    std::string other_guess;
};

Converted html_of(const Body& body, const std::string& charset, std::size_t most,
                  const std::function<void()>& rest) {
    Converted html;
    // Growing step by step would hold large texts twice.
    constexpr std::size_t beyond = 1024 * 1024;  // what the last piece may add
    html.text.reserve(std::min(most + beyond, body.sent.size()));
    std::optional<ToUtf8> to_utf8;
    const auto take = [&](std::string_view piece) {
        if (!to_utf8) to_utf8.emplace(charset.empty() ? charset_in_html(piece) : charset);
        to_utf8->convert(piece, false, html.text);
        html.cut = html.text.size() > most;
        return !html.cut;
    };
    read_in_pieces(body, take, rest);
    if (to_utf8) to_utf8->convert("", true, html.text);
    if (to_utf8) html.other_guess = to_utf8->other_guess();
    html.text.resize(utf8_prefix(html.text, most).size());
    return html;
}

// Gathers text up to a limit.
class Reading {
  public:
    Reading(const ReadingLimits& limits, const std::function<void()>& rest)
        : limits_(limits), rest_(rest) {}

    void add(const TextPart& part) {
        const auto& charsets = part.charsets.empty() ? unsaid : part.charsets;
        for (const std::string& charset : charsets)
            if (!is_known_charset(charset)) unreadable_ = "a charset that nobody knows";
        for (const Body& body : bodies_of(part.body, part.encodings)) {
            for (const std::string& charset : charsets) add(part, body, charset);
            if (part.kind != TextPart::Kind::html) add_files(files_in_text(body, rest_));
        }
    }

    void add(const FilePart& part) {
        if (!is_tnef(part)) return;
        for (const Body& body : bodies_of(part.body, part.encodings)) {
            const Inner inner = tnef_contents(body, limits_, rest_);
            if (inner.unreadable) unreadable_ = inner.unreadable;
            for (const InnerText& text : inner.texts) add(text);
            add_files(inner.files);
        }
    }

    ReadText result(const std::optional<std::string>& incomplete) && {
        ReadText read;
        read.cut = cut_;
        read.incomplete = cut_ ? "more text than is read" : incomplete;
        read.shown_bytes = visible_.size();
        read.text = std::move(visible_);
        if (!read.text.empty() && !hidden_.empty()) read.text += '\n';
        read.text += hidden_;
        read.code = std::move(code_);
        read.unreadable = std::move(unreadable_);
        return read;
    }

  private:
    std::size_t used() const { return visible_.size() + hidden_.size() + code_.size(); }
    std::size_t left() const { return limits_.text_bytes - std::min(limits_.text_bytes, used()); }

    // Markup is more than the text in it.
    std::size_t most_html() const { return std::max<std::size_t>(left(), 1024 * 1024); }

    // So much of what was sent can be needed at most.
    Body bounded(Body body) {
        const std::size_t enough = (left() + 1) * encoded_per_text;
        if (body.begin == 0 && body.sent.size() > enough) {
            cut_ = true;
            body.sent = body.sent.substr(0, enough);
        }
        return body;
    }

    void add(const TextPart& part, const Body& sent, const std::string& charset) {
        const Body body = bounded(sent);
        if (part.kind == TextPart::Kind::html) return add_html(body, charset);
        std::string& to = part.kind == TextPart::Kind::outside ? hidden_ : visible_;
        const std::string guess = add_plain(to, body, charset, part);
        if (!guess.empty()) add_plain(hidden_, body, guess, part);
    }

    void add(const InnerText& text) {
        const Body body{.sent = text.bytes};
        if (text.html) return add_html(bounded(body), text.charset);
        add_plain(visible_, bounded(body), text.charset, TextPart{});
    }

    void add_html(const Body& body, const std::string& charset) {
        Converted html = html_of(body, charset, most_html(), rest_);
        cut_ = cut_ || html.cut;
        const std::string guess = html.other_guess;
        add_rendered(visible_, std::move(html).text);
        if (guess.empty()) return;
        add_rendered(hidden_, html_of(body, guess, most_html(), rest_).text);
    }

    // The source is gone before its rendering is copied.
    void add_rendered(std::string& visible, std::string html) {
        RenderedHtml rendered = render_html(html);
        html = std::string();
        append(visible, readable(rendered.visible));
        rendered.visible = std::string();
        append(hidden_, readable(rendered.hidden));
        append(code_, readable(rendered.code));
    }

    // What another reader could take the charset for; "" when none would.
    std::string add_plain(std::string& to, const Body& body, const std::string& charset,
                          const TextPart& part) {
        ToUtf8 to_utf8(charset);
        std::string waiting;   // lines that are not whole
        std::string unfolded;  // text that cannot be cut yet
        bool first = true;
        const auto convert = [&](std::string_view piece, bool last) {
            to_utf8.convert(piece, last, waiting);
            const std::size_t line_end = waiting.rfind('\n');
            const std::size_t whole = last || !part.flowed       ? waiting.size()
                                      : line_end == waiting.npos ? 0
                                                                 : line_end + 1;
            const std::string_view lines = std::string_view(waiting).substr(0, whole);
            unfolded += part.flowed ? unflowed(lines, part.deletes_blanks) : std::string(lines);
            waiting.erase(0, whole);
            const std::size_t cut = last ? unfolded.size() : last_cut(unfolded);
            std::string text = readable(std::string_view(unfolded).substr(0, cut));
            unfolded.erase(0, cut);
            if (text.empty()) return !cut_;
            first ? append(to, std::move(text)) : extend(to, text);
            first = false;
            return !full_;
        };
        read_in_pieces(
            body, [&](std::string_view piece) { return convert(piece, false); }, rest_);
        convert("", true);
        return std::string(to_utf8.other_guess());
    }

    void add_files(const std::vector<InnerFile>& files) {
        for (const InnerFile& file : files) {
            if (left() == 0 || cost_of_files_ > limits_.text_bytes * 20) {
                cut_ = true;
                return;
            }
            cost_of_files_ += std::min(file.body.sent.size(), file.body.end);
            const std::string type(file_type(beginning_of(file.body, file_type_bytes)));
            const TextPart plain;
            if (type == "text/html")
                add_html(file.body, "");
            else if (type.starts_with("text/"))
                add_plain(visible_, file.body, "", plain);
        }
    }

    // A line end goes before each piece but the first, and between visible and hidden text.
    void append(std::string& to, std::string text) {
        const bool both =
            (&to == &visible_ || !visible_.empty()) && (&to == &hidden_ || !hidden_.empty());
        const std::size_t line_ends = (to.empty() ? 0 : 1) + (both ? 1 : 0);
        const std::string_view kept = fitting(text, line_ends);
        if (kept.empty()) return;
        if (to.empty()) {
            text.resize(kept.size());
            to = std::move(text);
            return;
        }
        to += '\n';
        to += kept;
    }

    void extend(std::string& to, std::string_view text) {
        const bool both = !visible_.empty() && !hidden_.empty();
        to += fitting(text, both ? 1 : 0);
    }

    // As much of the text as there is room for beside so many other bytes; nothing once some had none.
    std::string_view fitting(std::string_view text, std::size_t others) {
        if (full_) return {};
        const std::string_view kept = utf8_prefix(text, left() - std::min(left(), others));
        if (kept.size() < text.size()) cut_ = full_ = true;
        return kept;
    }

    const ReadingLimits& limits_;
    const std::function<void()>& rest_;
    std::string visible_, hidden_, code_;
    std::optional<std::string> unreadable_;
    std::size_t cost_of_files_ = 0;
    bool cut_ = false;
    bool full_ = false;
};

}  // namespace

ReadText read_text(const Parts& parts, const ReadingLimits& limits,
                   const std::function<void()>& rest) {
    Reading reading(limits, rest);
    for (const TextPart& part : parts.texts) reading.add(part);
    for (const FilePart& part : parts.files) reading.add(part);
    return std::move(reading).result(parts.incomplete);
}

ReadText read_text(std::string_view message, const ReadingLimits& limits) {
    return read_text(parts_of(message, limits), limits);
}

HtmlSource html_source(const Parts& parts, const ReadingLimits& limits,
                       const std::function<void()>& rest) {
    HtmlSource source;
    for (const TextPart& part : parts.texts) {
        if (part.kind != TextPart::Kind::html) continue;
        const std::string charset = part.charsets.empty() ? "" : part.charsets.front();
        for (const Body& body : bodies_of(part.body, part.encodings)) {
            if (!source.text.empty()) source.text += '\n';
            const std::size_t left =
                limits.text_bytes - std::min(source.text.size(), limits.text_bytes);
            Converted html = html_of(body, charset, left, rest);
            if (source.text.empty())
                source.text = std::move(html.text);
            else
                source.text += html.text;
            source.cut = source.cut || html.cut;
        }
    }
    return source;
}

}  // namespace spillway::mail
