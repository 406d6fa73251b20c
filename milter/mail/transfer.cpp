#include "mail/transfer.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace spillway::mail {
namespace {

constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> base64_digits = [] {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> digits{};
    digits.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return digits;
}();

std::uint8_t base64_digit(char c) { return base64_digits[static_cast<unsigned char>(c)]; }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte that "=XX" at this place stands for, or -1.
int escaped_byte(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return -1;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The length of the soft line break that begins with the "=" at this place, or 0.
std::size_t soft_break(std::string_view text, std::size_t at) {
    std::size_t end = text.find_first_not_of(" \t", at + 1);
    if (end == text.npos) return text.size() - at;
    if (text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n') ++end;
    return text[end] == '\n' || text[end] == '\r' ? end + 1 - at : 0;
}

}  // namespace

// A flood of bytes that are skipped costs one table look-up each.
std::string from_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t group = 0;
    int digits = 0;
    const auto end_group = [&] {
        if (digits >= 2) bytes += static_cast<char>(group >> (digits * 6 - 8));
        if (digits >= 3) bytes += static_cast<char>(group >> (digits * 6 - 16));
        group = 0;
        digits = 0;
    };
    for (const char c : text) {
        const std::uint8_t digit = base64_digit(c);
        if (digit == no_digit) {
            if (c == '=') end_group();
            continue;
        }
        group = group << 6 | digit;
        if (++digits < 4) continue;
        bytes += static_cast<char>(group >> 16);
        bytes += static_cast<char>(group >> 8);
        bytes += static_cast<char>(group);
        group = 0;
        digits = 0;
    }
    end_group();
    return bytes;
}

// Blanks before a line end should go (section 6.7, rule 3); readable() removes them anyway.
std::string from_quoted_printable(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t mark = std::min(text.find('=', at), text.size());
        bytes.append(text, at, mark - at);
        at = mark;
        if (at == text.size()) break;
        if (const int byte = escaped_byte(text, at); byte >= 0) {
            bytes += static_cast<char>(byte);
            at += 3;
        } else if (const std::size_t length = soft_break(text, at); length > 0) {
            at += length;
        } else {
            bytes += text[at++];
        }
    }
    return bytes;
}

std::string from_q(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int byte = text[at] == '=' ? escaped_byte(text, at) : -1;
        if (byte >= 0) {
            bytes += static_cast<char>(byte);
            at += 2;
        } else {
            bytes += text[at] == '_' ? ' ' : text[at];
        }
    }
    return bytes;
}

}  // namespace spillway::mail
