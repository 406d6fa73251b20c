#include "match/shadow.h"

#include <algorithm>
#include <array>

#include <unicode/uchar.h>

#include "mail/utf8.h"

namespace spillway::match {
namespace {

constexpr std::int32_t end_of_table = 0x10000;  // the basic plane: nearly all mail there is

// U+180E, no white space since Unicode 6.3, still is to PCRE2's \h and \s.
bool is_space(std::int32_t c) {
    return c == 0x180e || u_isUWhiteSpace(c) != 0 || (U_GET_GC_MASK(c) & U_GC_Z_MASK) != 0;
}

unsigned char computed(std::int32_t c) {
    if (c < 0x80) return static_cast<unsigned char>(c);
    if (c == kelvin_sign) return 'k';
    if (c == long_s) return 's';
    if (is_space(c)) return shadow_of_spaces;
    switch (u_charType(c)) {
        case U_UNASSIGNED:
            return shadow_of_unknown;
        case U_DECIMAL_DIGIT_NUMBER:
            return shadow_of_digits;
        default:
            break;
    }
    const auto folded = static_cast<std::uint32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT));
    constexpr std::uint32_t others = 0x100 - first_shadow_of_others;
    return static_cast<unsigned char>(first_shadow_of_others +
                                      (folded * 0x9e3779b1U >> 8) % others);
}

std::array<unsigned char, end_of_table> computed_table() {
    std::array<unsigned char, end_of_table> table{};
    for (std::int32_t c = 0; c < end_of_table; ++c) {
        table[static_cast<std::size_t>(c)] = computed(c);
    }
    return table;
}

// After an ill-formed sequence every byte is tried, so that no character is missed.
std::int32_t character_at(std::string_view text, std::size_t& at) {
    std::size_t next = at;
    const std::int32_t c = mail::next_code_point(text, next);
    at = c < 0 ? at + 1 : next;
    return c;
}

}  // namespace

unsigned char shadow_of(std::int32_t code_point) {
    static const auto table = computed_table();
    return code_point < end_of_table ? table[static_cast<std::size_t>(code_point)]
                                     : computed(code_point);
}

std::string shadow_of(std::string_view text) {
    std::string shadow;
    shadow.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t other = mail::ascii_end(text, at);
        shadow.append(text, at, other - at);
        at = other;
        while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
            const std::int32_t c = character_at(text, at);
            shadow += static_cast<char>(c < 0 ? shadow_of_unknown : shadow_of(c));
        }
    }
    return shadow;
}

PlacesInText::PlacesInText(std::string_view text) {
    std::size_t in_shadow = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t other = mail::ascii_end(text, at);
        in_shadow += other - at;
        at = other;
        while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
            character_at(text, at);
            stretches_.push_back({++in_shadow, at});
        }
    }
}

// Most places are a few stretches behind the last one; some are thousands.
std::size_t PlacesInText::Walk::to(std::size_t place_in_shadow) {
    const auto& all = places_.stretches_;
    constexpr std::size_t steps = 16;
    const std::size_t near_end = std::min(stretch_ + steps, all.size());
    std::size_t next = stretch_ + 1;
    while (next < near_end && all[next].in_shadow <= place_in_shadow) ++next;
    if (next == near_end) {
        const auto before = [](std::size_t place, const Stretch& one) {
            return place < one.in_shadow;
        };
        const auto rest = all.begin() + static_cast<std::ptrdiff_t>(next) - 1;
        next = static_cast<std::size_t>(std::upper_bound(rest, all.end(), place_in_shadow, before) -
                                        all.begin());
    }
    stretch_ = next - 1;
    return all[stretch_].in_text + (place_in_shadow - all[stretch_].in_shadow);
}

}  // namespace spillway::match
