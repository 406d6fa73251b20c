#include "match/beyond_ascii.h"

#include "mail/utf8.h"
#include "match/shadow.h"

namespace spillway::match {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

Shadows beyond_ascii() {
    Shadows all;
    for (std::size_t i = 0x80; i < 0x100; ++i) all.set(i);
    return all;
}

Shadows beyond_ascii(unsigned char one) { return Shadows{}.set(one).set(shadow_of_unknown); }

Shadows beyond_ascii_of_escape(char letter) {
    if (letter == 'd') return beyond_ascii(shadow_of_digits);
    if (letter == 's' || letter == 'h' || letter == 'v') return beyond_ascii(shadow_of_spaces);
    if (letter == 'w') return beyond_ascii().reset(shadow_of_spaces);
    return beyond_ascii();
}

Shadows beyond_ascii_of_class(std::string_view body) {
    constexpr std::string_view controls = "aefnrtb";
    if (body.starts_with('^') || body.find("[:") != body.npos) return beyond_ascii();
    Shadows shadows;
    bool other_letters = false;
    for (std::size_t at = 0; at < body.size();) {
        const bool escaped = body[at] == '\\';
        if (escaped) ++at;
        const std::int32_t code_point = mail::next_code_point(body, at);
        const char letter = code_point < 0x80 ? static_cast<char>(code_point) : '\0';
        if (code_point >= 0x80) {
            other_letters = true;
            shadows |= beyond_ascii(shadow_of(code_point));
        } else if (escaped && (is_letter(letter) || is_digit(letter)) &&
                   controls.find(letter) == controls.npos) {
            shadows |= beyond_ascii_of_escape(letter);
        }
    }
    const bool ranges = body.find('-') != body.npos;
    return other_letters && ranges ? beyond_ascii() : shadows;
}

}  // namespace spillway::match
