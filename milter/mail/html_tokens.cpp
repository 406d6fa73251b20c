#include "mail/html_tokens.h"

#include <algorithm>
#include <array>

#include "mail/byte_set.h"
#include "mail/header.h"
#include "mail/html_entities.h"

namespace spillway::mail {
namespace {

constexpr ByteSet blanks{" \t\r\n\f"};
constexpr ByteSet between_attributes{" \t\r\n\f/"};
constexpr ByteSet ends_tag_name{" \t\r\n\f/>"};
constexpr ByteSet ends_attribute_name{" \t\r\n\f/>="};
constexpr ByteSet ends_value{" \t\r\n\f>"};

// Elements whose content is text up to their own end tag (sections 13.2.5.2 to 5).
constexpr std::array<std::string_view, 2> escapable{"textarea", "title"};
constexpr std::array<std::string_view, 6> raw{"iframe", "noembed", "noframes",
                                              "script", "style",   "xmp"};

bool is_letter(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool holds(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// Where "</name" stands, followed by what ends a tag's name; npos when it does not.
std::size_t end_tag_of(std::string_view name, std::string_view html, std::size_t from) {
    for (std::size_t at = html.find("</", from); at != html.npos; at = html.find("</", at + 2)) {
        const std::size_t after = at + 2 + name.size();
        if (!names_equal(html.substr(at + 2, name.size()), name)) continue;
        if (after < html.size() && ends_tag_name.has(html[after])) return at;
    }
    return html.npos;
}

// The end of the comment whose text begins here: "-->" or "--!>"; "<!-->" and "<!--->" are closed
// at once. First the end of the text, then of the comment.
struct CommentEnd {
    std::size_t text, comment;
};
CommentEnd comment_end(std::string_view html, std::size_t from) {
    for (const std::string_view closed : {">", "->"})
        if (html.substr(from).starts_with(closed)) return {from, from + closed.size()};
    for (std::size_t at = html.find("--", from); at != html.npos; at = html.find("--", at + 1)) {
        const std::string_view rest = html.substr(at + 2, 2);
        if (rest.starts_with('>')) return {at, at + 3};
        if (rest == "!>") return {at, at + 4};
    }
    return {html.npos, html.npos};
}

}  // namespace

bool HtmlTokens::next(HtmlToken& token) {
    while (at_ < html_.size()) {
        if (!content_of_.empty()) {
            take_content(token);
            if (!token.text.empty()) return true;
            continue;
        }
        const std::size_t open = std::min(html_.find('<', at_), html_.size());
        if (open > at_) {
            take_text(token, open);
            return true;
        }
        if (take_markup(token)) return true;
    }
    return false;
}

void HtmlTokens::take_text(HtmlToken& token, std::size_t end) {
    token.kind = HtmlToken::Kind::text;
    token.name.clear();
    token.text = html_.substr(at_, end - at_);
    at_ = end;
}

// False when what begins with "<" leaves nothing to tell.
bool HtmlTokens::take_markup(HtmlToken& token) {
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
    const char after = at_ + 2 < html_.size() ? html_[at_ + 2] : ' ';
    if (is_letter(next) || (next == '/' && is_letter(after))) {
        take_tag(token);
        return true;
    }
    if (html_.substr(at_, 4) == "<!--") {
        take_comment(token);
        return true;
    }
    if (next == '!' || next == '?' || (next == '/' && at_ + 2 < html_.size()))
        return take_bogus_comment(token);
    take_text(token, at_ + 1);
    return true;
}

// An unclosed tag has no effect (section 13.2.5.40); what it holds is not lost, though.
void HtmlTokens::take_tag(HtmlToken& token) {
    const bool end_tag = html_[at_ + 1] == '/';
    const std::size_t name_begin = at_ + (end_tag ? 2 : 1);
    const std::size_t name_end = std::min(ends_tag_name.first_in(html_, name_begin), html_.size());
    token.name = lower(html_.substr(name_begin, name_end - name_begin));

    const std::string_view rest = html_.substr(name_end);
    HtmlAttributes attributes(rest);
    while (attributes.next()) continue;
    if (attributes.tag_end() == rest.npos) {
        token.kind = HtmlToken::Kind::swallowed;
        token.text = rest;
        at_ = html_.size();
        return;
    }
    token.kind = end_tag ? HtmlToken::Kind::end_tag : HtmlToken::Kind::start_tag;
    token.text = rest.substr(0, attributes.tag_end() - 1);
    at_ = name_end + attributes.tag_end();
    const bool knows_no_tags =
        holds(raw, token.name) || holds(escapable, token.name) || token.name == "plaintext";
    if (!end_tag && knows_no_tags) content_of_ = token.name;
}

void HtmlTokens::take_comment(HtmlToken& token) {
    const std::size_t begin = at_ + 4;
    const CommentEnd end = comment_end(html_, begin);
    token.kind = HtmlToken::Kind::swallowed;
    token.name.clear();
    token.text = html_.substr(std::min(begin, html_.size()), end.text - begin);
    at_ = std::min(end.comment, html_.size());
    // Outlook shows what stands between "<!--[if ...]>" and "<![endif]-->".
    const bool conditional = token.text.starts_with("[if");
    if (conditional)
        token.text.remove_prefix(std::min(token.text.find('>'), token.text.size() - 1) + 1);
    if (end.comment != html_.npos && !conditional) token.kind = HtmlToken::Kind::comment;
}

// What begins with <!, <? or </ and is nothing else ends at the next > (section 13.2.5.41).
bool HtmlTokens::take_bogus_comment(HtmlToken& token) {
    constexpr std::string_view cdata = "<![CDATA[";
    const bool is_cdata = html_.substr(at_).starts_with(cdata);
    const std::size_t begin = at_ + (is_cdata ? cdata.size() : 2);
    const std::size_t end = std::min(html_.find('>', at_), html_.size());
    token.kind = HtmlToken::Kind::swallowed;
    token.name.clear();
    token.text = begin < end ? html_.substr(begin, end - begin) : std::string_view();
    at_ = std::min(end + 1, html_.size());
    return (is_cdata || end == html_.size()) && !token.text.empty();
}

// Up to the end tag of the element, or all the rest when it has none.
void HtmlTokens::take_content(HtmlToken& token) {
    const std::size_t end = std::min(end_tag_of(content_of_, html_, at_), html_.size());
    take_text(token, end);
    if (!holds(escapable, content_of_)) token.kind = HtmlToken::Kind::raw_text;
    token.name = content_of_;
    content_of_.clear();
}

// The slash between attributes means nothing in HTML: <br/> is <br>.
bool HtmlAttributes::next() {
    at_ = between_attributes.first_not_in(source_, at_);
    if (at_ == source_.npos) return false;
    if (source_[at_] == '>') {
        tag_end_ = at_ + 1;
        return false;
    }
    // An equals sign before any name belongs to the name (section 13.2.5.32).
    const std::size_t name_end =
        std::min(ends_attribute_name.first_in(source_, at_ + 1), source_.size());
    name_ = source_.substr(at_, name_end - at_);
    value_ = {};
    at_ = blanks.first_not_in(source_, name_end);
    if (at_ != source_.npos && source_[at_] == '=') take_value();
    if (at_ != source_.npos) return true;
    at_ = source_.size();
    return !name_.empty();
}

// A quote that does not close takes all that follows with it, as in browsers.
void HtmlAttributes::take_value() {
    at_ = blanks.first_not_in(source_, at_ + 1);
    if (at_ == source_.npos || source_[at_] == '>') return;
    const char quote = source_[at_];
    const bool quoted = quote == '"' || quote == '\'';
    const std::size_t begin = quoted ? at_ + 1 : at_;
    const std::size_t end =
        quoted ? source_.find(quote, begin) : ends_value.first_in(source_, begin);
    value_ = source_.substr(begin, end == source_.npos ? end : end - begin);
    at_ = end == source_.npos ? end : end + (quoted ? 1 : 0);
}

bool HtmlAttributes::is(std::string_view name) const { return names_equal(name_, name); }

std::string HtmlAttributes::value() const {
    std::string decoded;
    append_decoded(decoded, value_, ReferenceContext::attribute);
    return decoded;
}

}  // namespace spillway::mail
