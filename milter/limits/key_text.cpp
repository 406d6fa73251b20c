#include "limits/key_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "limits/hash.h"

namespace spillway::limits {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_plain(char c) {
    // Not std::isalnum: that asks the locale.
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '@' || c == '+' || c == '-';
}

void append_encoded(std::string& text, char c) {
    if (is_plain(c)) {
        text += c;
        return;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
}

}  // namespace

std::string encoded(std::string_view part) {
    std::string text;
    text.reserve(part.size());
    for (const char c : part) append_encoded(text, c);
    return text;
}

std::string encoded_key(std::string_view key) {
    std::string text;
    text.reserve(key.size());
    int colons = 0;
    for (const char c : key) {
        if (c == ':' && colons < 2) {
            text += c;
            ++colons;
        } else {
            append_encoded(text, c);
        }
    }
    return text;
}

std::string bounded(std::string_view value) {
    if (value.size() <= longest_value) return std::string(value);
    // Two directions are two hashes: bytes that cancel out in one do not in the other.
    const std::string hash = fmt::format("-{:016x}{:016x}", fnv1a(value.begin(), value.end()),
                                         fnv1a(value.rbegin(), value.rend()));
    const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    std::size_t kept = longest_value - hash.size();
    for (int i = 0; i < 3 && goes_on(value[kept]); ++i) --kept;
    return std::string(value.substr(0, kept)) + hash;
}

std::string bounded_key(std::string_view key) {
    const std::size_t scope = std::min(key.find(':'), key.size() - 1) + 1;
    const std::size_t value = std::min(key.find(':', scope), key.size() - 1) + 1;
    return std::string(key.substr(0, value)) + bounded(key.substr(value));
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (!is_plain(text[i]) && text[i] != ':') return std::nullopt;
            plain += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto high = hex_digits.find(text[i + 1]);
        const auto low = hex_digits.find(text[i + 2]);
        if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
        plain += static_cast<char>(high << 4 | low);
        i += 2;
    }
    return plain;
}

}  // namespace spillway::limits
