#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "mail/html_entities.h"
#include "mail/utf8.h"

namespace spillway::mail {
namespace {

struct Entity {
    std::string_view name, code_points;
    bool without_semicolon;
};

constexpr std::size_t longest_name = 32;
constexpr std::size_t longest_without_semicolon = 6;

// Numbers 0x80 to 0x9f mean windows-1252, whatever the charset (section 13.2.5.80).
constexpr std::array<std::uint16_t, 32> windows_1252{
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

std::vector<Entity> read_entities() {
    std::vector<Entity> entities;
    for (std::string_view rest = html_entities; !rest.empty();) {
        const std::string_view row = rest.substr(0, rest.find(' '));
        const std::size_t mark = row.find_first_of("=!");
        entities.push_back({row.substr(0, mark), row.substr(mark + 1), row[mark] == '!'});
        rest.remove_prefix(std::min(row.size() + 1, rest.size()));
    }
    return entities;
}

// The table is read at the first call, by one thread.
const Entity* entity_called(std::string_view name) {
    static const std::vector<Entity> entities = read_entities();
    const auto found = std::ranges::lower_bound(entities, name, {}, &Entity::name);
    return found != entities.end() && found->name == name ? &*found : nullptr;
}

void append_entity(std::string& text, const Entity& entity) {
    for (std::string_view rest = entity.code_points; !rest.empty();) {
        const std::string_view digits = rest.substr(0, rest.find('+'));
        std::uint32_t code_point = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), code_point, 16);
        append_utf8(text, code_point);
        rest.remove_prefix(std::min(digits.size() + 1, rest.size()));
    }
}

bool is_alphanumeric(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

int digit_value(char c, int base) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return base == 16 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Both return the length of the reference that `html` begins with, or 0 when it is none.
std::size_t append_number(std::string& text, std::string_view html) {
    const bool hexadecimal = html.size() > 2 && (html[2] | 0x20) == 'x';
    const int base = hexadecimal ? 16 : 10;
    const std::size_t begin = hexadecimal ? 3 : 2;
    std::size_t at = begin;
    std::uint32_t number = 0;
    // Leading zeros may be many; numbers beyond Unicode stay beyond it, without overflow.
    for (; at < html.size() && digit_value(html[at], base) >= 0; ++at)
        number = std::min<std::uint32_t>(number * base + digit_value(html[at], base), 0x110000);
    if (at == begin) return 0;
    if (number >= 0x80 && number < 0xa0) number = windows_1252[number - 0x80];
    append_utf8(text, number == 0 ? 0xfffd : number);
    return at < html.size() && html[at] == ';' ? at + 1 : at;
}

std::size_t append_named(std::string& text, std::string_view html, ReferenceContext context) {
    std::size_t end = 1;
    while (end < html.size() && end <= longest_name && is_alphanumeric(html[end])) ++end;
    if (end < html.size() && html[end] == ';') {
        if (const Entity* entity = entity_called(html.substr(1, end - 1))) {
            append_entity(text, *entity);
            return end + 1;
        }
    }
    // "&notit;" is "¬it;": of the old names the longest that fits counts.
    for (std::size_t length = std::min(end - 1, longest_without_semicolon); length >= 2; --length) {
        const Entity* entity = entity_called(html.substr(1, length));
        if (entity == nullptr || !entity->without_semicolon) continue;
        const char next = length + 1 < html.size() ? html[length + 1] : ' ';
        if (context == ReferenceContext::attribute && (next == '=' || is_alphanumeric(next)))
            return 0;
        append_entity(text, *entity);
        return length + 1;
    }
    return 0;
}

}  // namespace

void append_decoded(std::string& text, std::string_view html, ReferenceContext context) {
    for (;;) {
        const std::size_t mark = html.find('&');
        text += html.substr(0, mark);
        if (mark == html.npos) return;
        html.remove_prefix(mark);
        const bool number = html.size() > 1 && html[1] == '#';
        const std::size_t length =
            number ? append_number(text, html) : append_named(text, html, context);
        if (length == 0) text += '&';
        html.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

}  // namespace spillway::mail
