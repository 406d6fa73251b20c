#include "mail/links.h"

#include <algorithm>
#include <array>

#include "mail/header.h"
#include "mail/html_tokens.h"
#include "mail/url.h"

namespace spillway::mail {
namespace {

constexpr std::array<std::string_view, 17> link_attributes{
    "action", "archive", "background", "cite",   "classid",   "codebase",
    "data",   "dynsrc",  "formaction", "href",   "icon",      "longdesc",
    "lowsrc", "poster",  "src",        "usemap", "xlink:href"};

constexpr std::string_view blanks = " \t\r\n\f\v";
constexpr std::size_t longest_link = 64 * 1024;

bool holds_link(const HtmlAttributes& attributes) {
    return std::ranges::any_of(link_attributes,
                               [&](std::string_view name) { return attributes.is(name); });
}

// What is between quotes or brackets belongs to the sentence, not to the address.
std::string_view without_marks(std::string_view word) {
    constexpr std::string_view before = "\"'<([{";
    constexpr std::string_view after = "\"'>)]}.,;:!?";
    const std::size_t begin = word.find_first_not_of(before);
    if (begin == word.npos) return {};
    word.remove_prefix(begin);
    const std::size_t end = word.find_last_not_of(after);
    return end == word.npos ? std::string_view() : word.substr(0, end + 1);
}

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.size() >= beginning.size() &&
           names_equal(text.substr(0, beginning.size()), beginning);
}

// "shop.example/offer": letters, digits, hyphens and dots, the last label of letters, then a path.
bool is_domain_with_path(std::string_view word) {
    const std::size_t slash = word.find('/');
    if (slash == word.npos || slash == 0) return false;
    const std::string_view host = word.substr(0, slash);
    const std::size_t dot = host.rfind('.');
    if (dot == host.npos || dot == 0 || host.size() - dot < 3) return false;
    const auto is_letter = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || ((byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z');
    };
    return std::ranges::all_of(host.substr(dot + 1), is_letter) &&
           std::ranges::all_of(host, [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

// "0; url=https://..." of <meta http-equiv=refresh>.
std::string_view refresh_target(std::string_view content) {
    for (std::size_t at = 0; at + 4 <= content.size(); ++at) {
        if (!begins_with(content.substr(at), "url")) continue;
        const std::size_t equals = content.find_first_not_of(blanks, at + 3);
        if (equals == content.npos || content[equals] != '=') continue;
        return without_marks(content.substr(equals + 1));
    }
    return {};
}

}  // namespace

void Links::add(std::string_view link) {
    if (link.empty()) return;
    if (link.size() > longest_link) {
        link = link.substr(0, longest_link);
        cut_ = true;
    }
    for (std::string& spelling : spellings_of_link(link)) {
        if (!seen_.insert(spelling).second) continue;
        if (spellings_.size() >= most_ || spelling.size() > bytes_left_) {
            cut_ = true;
            return;
        }
        bytes_left_ -= spelling.size();
        spellings_.push_back(std::move(spelling));
    }
}

void Links::add_styles(std::string_view css) {
    for (std::size_t at = css.find("url("); at != css.npos; at = css.find("url(", at + 4)) {
        const std::size_t end = std::min(css.find(')', at), css.size());
        add(resolved_link(without_marks(css.substr(at + 4, end - at - 4)), base_));
    }
}

void Links::add_attributes(std::string_view tag_name, std::string_view source) {
    HtmlAttributes attributes(source);
    std::string content;
    bool refreshes = false;
    while (attributes.next()) {
        if (tag_name == "base" && attributes.is("href") && base_.empty())
            base_ = attributes.value();
        if (holds_link(attributes)) add(resolved_link(attributes.value(), base_));
        if (attributes.is("style")) add_styles(attributes.value());
        if (attributes.is("content")) content = attributes.value();
        refreshes = refreshes || attributes.is("http-equiv");
        if (!attributes.is("srcset") && !attributes.is("ping")) continue;
        const std::string list = attributes.value();
        for (std::size_t at = list.find_first_not_of(" \t\r\n\f,"); at != list.npos;) {
            const std::size_t end = std::min(list.find_first_of(" \t\r\n\f", at), list.size());
            add(resolved_link(list.substr(at, end - at), base_));
            at = list.find_first_not_of(" \t\r\n\f,", end);
        }
    }
    if (tag_name == "meta" && refreshes) add(resolved_link(refresh_target(content), base_));
}

void Links::add_document(std::string_view html, bool whole) {
    HtmlTokens tokens(html);
    HtmlToken token;
    while (!cut_ && tokens.next(token)) {
        switch (token.kind) {
            case HtmlToken::Kind::start_tag:
                add_attributes(token.name, token.text);
                break;
            case HtmlToken::Kind::raw_text:
                if (token.name == "style") add_styles(token.text);
                break;
            case HtmlToken::Kind::swallowed:
                if (whole && token.name.empty()) add_document(token.text, false);
                if (whole && !token.name.empty()) add_attributes(token.name, token.text);
                break;
            default:
                break;
        }
    }
}

void Links::add_html(std::string_view html) {
    base_.clear();
    add_document(html, true);
}

void Links::add_word(std::string_view word) {
    const std::size_t scheme = word.find("://");
    if (scheme != word.npos && scheme > 0) {
        // What sticks to the front of the scheme is no part of it.
        std::size_t begin = scheme;
        while (begin > 0 && ((word[begin - 1] | 0x20) >= 'a' && (word[begin - 1] | 0x20) <= 'z'))
            --begin;
        if (begin < scheme) return add(word.substr(begin));
    }
    if (begins_with(word, "www.") || begins_with(word, "mailto:") || is_domain_with_path(word))
        add(is_domain_with_path(word) ? "http://" + std::string(word) : std::string(word));
}

void Links::add_text(std::string_view text) {
    for (std::size_t at = text.find_first_not_of(blanks); at != text.npos && !cut_;) {
        const std::size_t end = std::min(text.find_first_of(" \t\r\n\f\v<>\"", at), text.size());
        const std::string_view word = without_marks(text.substr(at, end - at));
        if (word.find_first_of("/.:") != word.npos) add_word(word);
        at = text.find_first_not_of(" \t\r\n\f\v<>\"", end);
    }
}

}  // namespace spillway::mail
