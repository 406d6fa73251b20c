#include "log/inert.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace spillway::log {
namespace {

bool is_plain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='; }

// Letters, marks, digits, punctuation and symbols of any script; all else could act on the reader's
// terminal or eyes.
bool is_visible(UChar32 character) {
    constexpr std::uint32_t invisible = U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
    return (U_GET_GC_MASK(character) & invisible) == 0;
}

// The character at `next`, which moves behind it; negative for bytes that are not UTF-8.
UChar32 decode(std::string_view text, std::int32_t& next) {
    UChar32 character = 0;
    const auto size = static_cast<std::int32_t>(text.size());
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // within ICU's macro
    U8_NEXT(text.data(), next, size, character);
#pragma GCC diagnostic pop
    return character;
}

std::string escaped(UChar32 character) {
    switch (character) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(character));
    }
}

std::string escaped_bytes(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    return text;
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (std::int32_t next = 0; static_cast<std::size_t>(next) < text.size();) {
        const std::int32_t begin = next;
        const UChar32 character = decode(text, next);
        const auto bytes =
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(next - begin));
        if (character < 0)
            result += escaped_bytes(bytes);
        else if (character == '"' || character == '\\' || !is_visible(character))
            result += escaped(character);
        else
            result += bytes;
    }
    return result += '"';
}

}  // namespace

std::string_view shortened(std::string_view text) {
    if (text.size() <= value_limit_bytes) return text;
    std::size_t end = value_limit_bytes;
    while (end > value_limit_bytes - U8_MAX_LENGTH && U8_IS_TRAIL(text[end])) --end;
    return text.substr(0, end);
}

std::string inert(std::string_view text) {
    const std::string_view kept = shortened(text);
    const bool plain = !kept.empty() && std::all_of(kept.begin(), kept.end(), is_plain);
    std::string result = plain ? std::string(kept) : quoted(kept);
    if (kept.size() == text.size()) return result;
    if (plain) return result += "...";
    result.insert(result.size() - 1, "...");
    return result;
}

}  // namespace spillway::log
