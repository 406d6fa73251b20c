#include "mail/edit_html.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "mail/header.h"
#include "mail/html_elements.h"
#include "mail/html_style.h"
#include "mail/html_tokens.h"
#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

// What stands in them is no text of the message, closed or not.
constexpr std::array<std::string_view, 18> never_shown{
    "audio",  "canvas", "iframe", "math", "noembed",  "noframes", "object", "option", "plaintext",
    "script", "select", "style",  "svg",  "template", "textarea", "title",  "video",  "xmp"};

// How mail programs name the element around what is replied to, or what introduces it.
constexpr std::array<std::string_view, 5> quoting_classes{
    "gmail_quote", "gmail_quote_container", "moz-cite-prefix", "protonmail_quote", "yahoo_quoted"};
// All that follows these is quoted.
constexpr std::array<std::string_view, 5> quoting_ids{"appendonsend", "divRplyFwdMsg",
                                                      "mail-editor-reference-message-container",
                                                      "OLK_SRC_BODY_SECTION", "zwchr"};

bool holds(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// As OpenElements, and where the outermost begins.
class Enclosure {
  public:
    bool open() const { return elements_.any(); }
    std::size_t begin() const { return begin_; }

    void start(const std::string& name, std::size_t at) {
        if (!open()) begin_ = at;
        elements_.begin(name);
    }
    void end(const std::string& name) { elements_.end(name); }
    void end_implied_by(const std::string& name) { elements_.end_implied_by(name); }

  private:
    OpenElements elements_;
    std::size_t begin_ = 0;
};

enum class Quoting { none, element, rest };

struct Marks {
    bool hidden = false;
    Quoting quoting = Quoting::none;
};

bool any_class_of(std::string_view classes, const auto& names) {
    while (!classes.empty()) {
        const std::size_t end = std::min(classes.find_first_of(" \t\r\n"), classes.size());
        if (holds(names, classes.substr(0, end))) return true;
        classes.remove_prefix(std::min(end + 1, classes.size()));
    }
    return false;
}

// The line above the fields of the original message, as Outlook and Word draw it.
bool is_rule_above_original(std::string_view style) {
    return style.find("border-top:solid") != style.npos &&
           style.find("padding:3.0pt") != style.npos;
}

class Search {
  public:
    explicit Search(std::string_view html) : html_(html) {}

    std::optional<HtmlPlaces> run() && {
        HtmlTokens tokens(html_);
        HtmlToken token;
        while (tokens.next(token)) take(token);
        if (hidden_.open()) open_end_ = std::min(open_end_, hidden_.begin());
        const std::size_t end =
            std::min(body_end_.value_or(html_end_.value_or(html_.size())), open_end_);
        if (end == html_.size() && !shows_more()) return std::nullopt;
        return HtmlPlaces{end, quote_ && *quote_ <= end ? quote_ : std::nullopt};
    }

  private:
    std::size_t place(std::string_view within) const {
        return static_cast<std::size_t>(within.data() - html_.data());
    }

    // Where a tag begins: its attributes follow its name.
    std::size_t tag_begin(const HtmlToken& token) const {
        const std::size_t mark = token.kind == HtmlToken::Kind::end_tag ? 2 : 1;
        return place(token.text) - token.name.size() - mark;
    }

    bool is_open_ended(const HtmlToken& token) const {
        return place(token.text) + token.text.size() == html_.size();
    }

    void take(const HtmlToken& token) {
        switch (token.kind) {
            case HtmlToken::Kind::text:
                if (!hidden_.open() && !quoted_.open() && !quotes_rest_ && says_something(token))
                    quote_.reset();
                return;
            case HtmlToken::Kind::start_tag:
                return start(token, tag_begin(token));
            case HtmlToken::Kind::end_tag:
                return end(token, tag_begin(token));
            case HtmlToken::Kind::swallowed:
                if (is_open_ended(token))
                    open_end_ = std::min(open_end_, html_.rfind('<', place(token.text) - 1));
                return;
            case HtmlToken::Kind::raw_text:
            case HtmlToken::Kind::comment:
                return;
        }
    }

    static bool says_something(const HtmlToken& token) {
        std::string_view text = token.text;
        while (!text.empty()) {
            const std::size_t begin = text.find_first_not_of(" \t\r\n\f");
            if (begin == text.npos) return false;
            text.remove_prefix(begin);
            if (!text.starts_with("&nbsp;")) return true;
            text.remove_prefix(6);
        }
        return false;
    }

    void start(const HtmlToken& token, std::size_t at) {
        hidden_.end_implied_by(token.name);
        quoted_.end_implied_by(token.name);
        const Marks marks = marks_of(token);
        if (marks.quoting != Quoting::none && !hidden_.open() && !quoted_.open()) {
            if (!quote_) quote_ = at;
            quotes_rest_ |= marks.quoting == Quoting::rest;
        }
        if (is_void(token.name)) return;
        if (marks.hidden || hidden_.open()) hidden_.start(token.name, at);
        if (marks.quoting == Quoting::element || quoted_.open()) quoted_.start(token.name, at);
    }

    void end(const HtmlToken& token, std::size_t at) {
        // These close no element that is open within: all of them last until the document ends.
        if (token.name == "body" || token.name == "html") {
            if (hidden_.open()) at = std::min(at, hidden_.begin());
            (token.name == "body" ? body_end_ : html_end_) = at;
            return;
        }
        hidden_.end(token.name);
        quoted_.end(token.name);
    }

    Marks marks_of(const HtmlToken& token) const {
        Marks marks{.hidden = holds(never_shown, token.name)};
        HtmlAttributes attributes(token.text);
        while (attributes.next()) {
            if (attributes.is("hidden")) marks.hidden = true;
            if (attributes.is("style")) {
                const std::string style = attributes.value();
                marks.hidden |= hides(style);
                if (token.name == "div" && is_rule_above_original(style))
                    marks.quoting = Quoting::rest;
            }
            if (attributes.is("class") && any_class_of(attributes.value(), quoting_classes))
                marks.quoting = Quoting::element;
            if (attributes.is("id") && holds(quoting_ids, attributes.value()))
                marks.quoting = Quoting::rest;
            if (attributes.is("type") && token.name == "blockquote" &&
                names_equal(attributes.value(), "cite"))
                marks.quoting = Quoting::element;
        }
        return marks;
    }

    // Whether text behind all of it would be seen: asked only where no end tag says so.
    bool shows_more() const {
        constexpr std::string_view word = "spillway";
        std::string more(html_);
        more.append("\n").append(word);
        return render_html(more).visible.ends_with(word);
    }

    const std::string_view html_;
    Enclosure hidden_, quoted_;
    std::optional<std::size_t> body_end_, html_end_, quote_;
    bool quotes_rest_ = false;
    std::size_t open_end_ = std::string_view::npos;  // where what never ends begins
};

}  // namespace

std::optional<HtmlPlaces> html_places(std::string_view html) { return Search(html).run(); }

std::string html_of_plain(std::string_view text) {
    std::string html;
    bool line_begins = true;
    for (const char c : text) {
        if (c == '&')
            html += "&amp;";
        else if (c == '<')
            html += "&lt;";
        else if (c == '>')
            html += "&gt;";
        else if (c == '"')
            html += "&quot;";
        else if (c == '\n')
            html += "<br>\n";
        else if (c == ' ' && line_begins)
            html += "&nbsp;";
        else if (c != '\r')
            html += c;
        line_begins = c == '\n' || (line_begins && c == ' ');
    }
    return html;
}

std::string with_references(std::string_view utf8) {
    std::string text;
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t end = ascii_end(utf8, at);
        text.append(utf8, at, end - at);
        at = end;
        if (at == utf8.size()) break;
        const std::int32_t c = next_code_point(utf8, at);
        text += fmt::format("&#{};", c < 0 ? 0xfffd : c);
    }
    return text;
}

std::string without_quoting(std::string_view utf8) {
    std::string text;
    const std::string shown = readable(utf8);
    bool line_begins = true;
    for (const char c : shown) {
        const bool blank = c == ' ' || c == '\n';
        line_begins |= c == '\n';
        if (line_begins && (c == '>' || c == '|')) continue;
        if (blank) {
            if (!text.empty() && text.back() != ' ') text += ' ';
            continue;
        }
        text += c;
        line_begins = false;
    }
    return text;
}

}  // namespace spillway::mail
