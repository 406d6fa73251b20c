#include "mail/utf8.h"

#include <cstring>

#include <unicode/utf8.h>

namespace spillway::mail {

std::size_t ascii_end(std::string_view text, std::size_t begin) {
    constexpr std::uint64_t high_bits = 0x8080808080808080u;
    std::size_t at = begin;
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & high_bits) != 0) break;
    }
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0x80) == 0) ++at;
    return at;
}

bool is_ascii(std::string_view text) { return ascii_end(text, 0) == text.size(); }

bool is_utf8(std::string_view text) {
    for (std::size_t at = ascii_end(text, 0); at < text.size(); at = ascii_end(text, at))
        if (next_code_point(text, at) < 0) return false;
    return true;
}

std::int32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::size_t size = text.size();
    std::int32_t code_point = 0;
    U8_NEXT(bytes, at, size, code_point);
    return code_point;
}

void append_utf8(std::string& text, std::uint32_t code_point) {
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point < 0xe000)) code_point = 0xfffd;
    if (code_point < 0x80) {
        text += static_cast<char>(code_point);
        return;
    }
    char bytes[4];
    std::size_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, code_point);
    text.append(bytes, length);
}

std::string repaired_utf8(std::string_view text) {
    std::string repaired;
    repaired.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = at;
        if (next_code_point(text, at) < 0) {
            append_utf8(repaired, 0xfffd);
        } else {
            repaired.append(text, begin, at - begin);
        }
    }
    return repaired;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

}  // namespace spillway::mail
