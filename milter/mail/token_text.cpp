#include "mail/token_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mail/byte_set.h"

namespace spillway::mail {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr ByteSet is_digit(digits);
constexpr std::size_t group = 64;  // characters between two blanks

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < digits.size(); ++i)
        table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// How many characters of base64 a number of bytes takes.
std::size_t digits_of(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

// How many characters the whole token has, by its first ones; what is longer than a token can be
// is not waited for.
std::size_t characters_of(std::string_view beginning) {
    const std::string head = from_base64_url(beginning);
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
    const std::size_t hidden = byte(token_head_bytes - 2) * 256U + byte(token_head_bytes - 1);
    const std::size_t bytes = token_head_bytes + hidden + token_rest_bytes;
    return bytes > longest_token_bytes ? 0 : digits_of(bytes);
}

// Moves over what may stand between two characters of one token: blanks, the break of a line, with
// the "=" of a soft one (RFC 2045 section 6.7) before it and the marks of a quotation behind it.
std::size_t beyond_gap(std::string_view text, std::size_t at) {
    bool at_line = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') {
            at_line = true;
        } else if (c == '=') {
            std::size_t end = at + 1;
            while (end < text.size() && is_blank(text[end])) ++end;
            if (end >= text.size() || text[end] != '\n') return at;
        } else if (!is_blank(c) && !(at_line && (c == '>' || c == '|'))) {
            return at;
        }
    }
    return at;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
    const std::size_t end = at == 0 ? text.npos : text.rfind('\n', at - 1);
    return end == text.npos ? 0 : end + 1;
}

// The name of the field that begins the line, marks of a quotation before it left out.
std::string field_on(std::string_view line) {
    const std::size_t begin = line.find_first_not_of("> |");
    const std::size_t colon = line.find(':');
    if (begin >= colon || colon == line.npos) return "";
    std::string name(line.substr(begin, colon - begin));
    while (!name.empty() && is_blank(name.back())) name.pop_back();
    const bool fits = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
    if (!fits || name.size() > 76) return "";
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
}

// The name stands on the line before where the field was folded at once. Not looked for far away: a
// text may be one line full of marks.
std::string field_around(std::string_view text, std::size_t mark) {
    constexpr std::size_t reach = 400;
    const bool cut = mark > reach;
    std::string_view above = text.substr(cut ? mark - reach : 0, std::min(mark, reach));
    const std::size_t begin = line_begin(above, above.size());
    if (begin == 0) return cut ? "" : field_on(above);
    const std::string_view before = above.substr(begin);
    if (before.find_first_not_of("> |\t") != before.npos) return field_on(before);
    above = above.substr(0, begin - 1);
    const std::size_t begin_above = line_begin(above, above.size());
    if (begin_above == 0 && cut) return "";
    above.remove_prefix(begin_above);
    while (!above.empty() && is_blank(above.back())) above.remove_suffix(1);
    return above.ends_with(':') ? field_on(above) : "";
}

}  // namespace

std::string to_base64_url(std::string_view bytes) {
    std::string text;
    text.reserve(digits_of(bytes.size()));
    std::uint32_t bits = 0;
    int waiting = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (waiting += 8; waiting >= 6; waiting -= 6) text += digits[bits >> (waiting - 6) & 63];
    }
    if (waiting > 0) text += digits[bits << (6 - waiting) & 63];
    return text;
}

std::string from_base64_url(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int waiting = 0;
    for (const char c : text) {
        if (!is_digit.has(c)) continue;
        bits = bits << 6 | values[static_cast<unsigned char>(c)];
        waiting += 6;
        if (waiting < 8) continue;
        waiting -= 8;
        bytes += static_cast<char>(bits >> waiting & 0xff);
    }
    return bytes;
}

std::string token_text(std::string_view bytes) {
    const std::string text = to_base64_url(bytes);
    std::string value(token_mark);
    for (std::size_t at = 0; at < text.size(); at += group) {
        if (at > 0) value += ' ';
        value += text.substr(at, group);
    }
    return value;
}

std::vector<TokenInText> tokens_in(std::string_view text) {
    constexpr std::size_t head_digits = 7;  // of token_head_bytes
    static_assert(head_digits * 6 / 8 == token_head_bytes);
    std::vector<TokenInText> tokens;
    std::size_t end = 0;
    for (std::size_t mark = text.find(token_mark); mark != text.npos;
         mark = text.find(token_mark, end)) {
        std::string found;
        std::size_t wanted = head_digits;
        std::size_t at = mark + token_mark.size();
        while (found.size() < wanted) {
            const std::size_t next = beyond_gap(text, at);
            if (next >= text.size() || !is_digit.has(text[next])) break;
            found += text[next];
            at = next + 1;
            if (found.size() == head_digits) wanted = characters_of(found);
        }
        const bool complete = found.size() == wanted && wanted > head_digits;
        end = complete ? at : mark + token_mark.size();
        tokens.push_back({from_base64_url(found), complete, field_around(text, mark)});
    }
    return tokens;
}

}  // namespace spillway::mail
