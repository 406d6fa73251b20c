#include "mail/html_style.h"

#include <algorithm>
#include <array>

namespace spillway::mail {
namespace {

constexpr std::string_view blanks = " \t\r\n\f";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = lower(c);
    return result;
}

// Lower case, comments gone.
std::string plain_css(std::string_view css) {
    std::string plain;
    plain.reserve(css.size());
    for (std::size_t at = 0; at < css.size(); ++at) {
        if (css.substr(at, 2) == "/*") {
            const std::size_t end = css.find("*/", at + 2);
            if (end == css.npos) break;
            at = end + 1;
        } else {
            plain += lower(css[at]);
        }
    }
    return plain;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// "0", "0px", "0.00em" and ".0", but not "0.5em" and not "none".
bool is_zero(std::string_view value) {
    const std::size_t digits = std::min(value.find_first_not_of("0123456789."), value.size());
    return digits > 0 && value.substr(0, digits).find_first_not_of("0.") == value.npos;
}

// The size stands anywhere in the shorthand, before the line height: "italic 0/0 serif".
bool has_zero_size(std::string_view value) {
    while (!value.empty()) {
        const std::string_view word = value.substr(0, value.find_first_of(blanks));
        if (is_zero(word)) return true;
        value = trimmed(value.substr(word.size()));
    }
    return false;
}

struct Property {
    std::string_view name;
    bool (*hides)(std::string_view value);
};
constexpr std::array<Property, 6> properties{{
    {"display", [](std::string_view value) { return value == "none"; }},
    {"visibility", [](std::string_view value) { return value == "hidden" || value == "collapse"; }},
    {"opacity", is_zero},
    {"font-size", is_zero},
    {"font", has_zero_size},
    {"mso-hide", [](std::string_view value) { return value == "all"; }},
}};

template <typename Visit>
void each_declaration(std::string_view css, Visit visit) {
    while (!css.empty()) {
        const std::string_view declaration = css.substr(0, css.find(';'));
        css.remove_prefix(std::min(declaration.size() + 1, css.size()));
        const std::size_t colon = declaration.find(':');
        if (colon == declaration.npos) continue;
        const std::string_view name = trimmed(declaration.substr(0, colon));
        const std::string_view value = declaration.substr(colon + 1);
        visit(name, trimmed(value.substr(0, value.find('!'))));
    }
}

// Properties are independent: one of them hides, whatever the others say.
bool plain_hides(std::string_view css) {
    std::array<bool, properties.size()> hidden{};
    each_declaration(css, [&](std::string_view name, std::string_view value) {
        for (std::size_t i = 0; i < properties.size(); ++i)
            if (properties[i].name == name) hidden[i] = properties[i].hides(value);
    });
    return std::ranges::find(hidden, true) != hidden.end();
}

// Just beyond the brace that closes the block whose content begins here.
std::size_t block_end(std::string_view css, std::size_t at) {
    for (int depth = 1; at < css.size(); ++at) {
        depth += css[at] == '{' ? 1 : css[at] == '}' ? -1 : 0;
        if (depth == 0) return at + 1;
    }
    return css.size();
}

}  // namespace

bool hides(std::string_view declarations) { return plain_hides(plain_css(declarations)); }

Direction direction_in(std::string_view declarations) {
    Direction direction;
    each_declaration(plain_css(declarations), [&](std::string_view name, std::string_view value) {
        if (name == "unicode-bidi")
            direction.is_override = value == "bidi-override" || value == "isolate-override";
        if (name == "direction") direction.is_leftwards = value == "rtl";
    });
    return direction;
}

void HidingRules::add(std::string_view style_sheet) {
    const std::string css = plain_css(style_sheet);
    for (std::size_t at = 0; at < css.size();) {
        const std::size_t open = css.find('{', at);
        if (open == css.npos) return;
        const std::size_t end = block_end(css, open + 1);
        std::string_view selectors = trimmed(std::string_view(css).substr(at, open - at));
        const std::string_view block = std::string_view(css).substr(open + 1, end - open - 1);
        at = end;
        if (selectors.starts_with('@') || !plain_hides(block.substr(0, block.find('}')))) continue;
        while (!selectors.empty()) {
            const std::string_view selector = selectors.substr(0, selectors.find(','));
            selectors.remove_prefix(std::min(selector.size() + 1, selectors.size()));
            add_selector(trimmed(selector));
        }
    }
}

void HidingRules::add_selector(std::string_view selector) {
    if (selector.empty() || selector == "#" || selector.ends_with('.')) return;
    if (selector.starts_with('#')) {
        ids_.emplace(selector.substr(1));
        return;
    }
    const std::size_t dot = std::min(selector.find('.'), selector.size());
    const std::string_view name = selector.substr(std::min(dot + 1, selector.size()));
    classes_[std::string(selector.substr(0, dot))].emplace(name);
}

bool HidingRules::have_any(const Names& names, std::string_view words) {
    if (names.contains("")) return true;
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find_first_of(blanks));
        if (names.contains(word)) return true;
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
    return false;
}

// Without regard to case, as browsers in quirks mode compare: mail seldom has a document type.
bool HidingRules::hide(std::string_view element, std::string_view classes,
                       std::string_view id) const {
    if (ids_.contains(lower(id))) return true;
    const std::string words = lower(classes);
    for (const std::string_view name : {std::string_view(), element}) {
        const auto hidden = classes_.find(name);
        if (hidden != classes_.end() && have_any(hidden->second, words)) return true;
    }
    return false;
}

}  // namespace spillway::mail
