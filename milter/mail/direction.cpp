#include "mail/direction.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "mail/utf8.h"

namespace spillway::mail {
namespace {

constexpr std::string_view to_left = "\u202e", to_right = "\u202d", ends = "\u202c";
constexpr std::array<std::string_view, 5> line_ends{"\n", "\r", "\u0085", "\u2028", "\u2029"};

bool is_mark(std::string_view character) {
    std::size_t at = 0;
    const std::int32_t c = next_code_point(character, at);
    return c >= 0 && (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

// A letter and the accents on it stay together.
std::string turned(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    std::size_t end = text.size();
    for (std::size_t at = text.size(); at > 0;) {
        --at;
        const bool inside = (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
        if (at > 0 && (inside || is_mark(text.substr(at, end - at)))) continue;
        result += text.substr(at, end - at);
        end = at;
    }
    return result;
}

struct Letters {
    bool of_latin_order = false, of_hebrew_order = false;
};

Letters letters_in(std::string_view text) {
    Letters found;
    for (std::size_t at = 0; at < text.size();) {
        const std::int32_t c = next_code_point(text, at);
        const UCharDirection direction = c < 0 ? U_OTHER_NEUTRAL : u_charDirection(c);
        found.of_latin_order |= direction == U_LEFT_TO_RIGHT;
        found.of_hebrew_order |=
            direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC;
    }
    return found;
}

// Letters that go that way by themselves are not turned round by being told to.
std::string displayed(std::string_view text, bool leftwards) {
    const Letters letters = letters_in(text);
    const bool turns = leftwards ? letters.of_latin_order || !letters.of_hebrew_order
                                 : letters.of_hebrew_order && !letters.of_latin_order;
    return turns ? turned(text) : std::string(text);
}

// What ends a span of letters: a mark, which is not kept, or a line end, which is.
struct End {
    std::size_t at = 0;
    std::string_view text;  // "" at the end of all
    bool is_line_end = false;
};

End next_end(std::string_view text, std::size_t at) {
    constexpr std::string_view first_bytes = "\n\r\xc2\xe2";
    for (at = text.find_first_of(first_bytes, at); at != text.npos;
         at = text.find_first_of(first_bytes, at + 1)) {
        const auto is_here = [&](std::string_view one) { return text.substr(at).starts_with(one); };
        const auto* const line_end = std::ranges::find_if(line_ends, is_here);
        if (line_end != line_ends.end()) return {at, *line_end, true};
        for (const std::string_view mark : {to_left, to_right, ends})
            if (is_here(mark)) return {at, mark, false};
    }
    return {text.size(), {}, false};
}

}  // namespace

std::size_t first_override(std::string_view text) {
    return std::min({text.find(to_left), text.find(to_right), text.size()});
}

// An override within another ends the span of the other, and the first end ends both: what is
// nested on purpose is read a little otherwise than it is shown.
std::string as_displayed(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    std::string_view override_by;
    for (std::size_t at = 0; at < text.size();) {
        const End end = next_end(text, at);
        const std::string_view span = text.substr(at, end.at - at);
        result += override_by.empty() ? std::string(span) : displayed(span, override_by == to_left);
        if (end.is_line_end) result += end.text;
        override_by = end.is_line_end || end.text == ends ? std::string_view() : end.text;
        at = end.at + end.text.size();
    }
    return result;
}

std::string without_overrides(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const End end = next_end(text, at);
        result += text.substr(at, end.at - at);
        if (end.is_line_end) result += end.text;
        at = end.at + end.text.size();
    }
    return result;
}

void turn_lines(std::string& text, std::size_t from) {
    if (from >= text.size()) return;
    std::string result;
    std::string_view rest = std::string_view(text).substr(from);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        result += displayed(rest.substr(0, end), true);
        if (end < rest.size()) result += '\n';
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    text.replace(from, text.npos, result);
}

}  // namespace spillway::mail
