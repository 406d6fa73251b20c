#include "mail/edit_encode.h"

#include <algorithm>
#include <cstdint>

#include "mail/byte_set.h"
#include "mail/entity.h"
#include "mail/transfer.h"

namespace spillway::mail {
namespace {

constexpr std::size_t longest_line = 76;
constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr ByteSet digits{{base64_digits, 64}};
constexpr ByteSet hex_digits{"0123456789ABCDEFabcdef"};
constexpr ByteSet blanks{" \t\r\n"};

// Writes one line of text as one or more lines of quoted-printable.
class EncodedLine {
  public:
    EncodedLine(std::string& out, std::string_view line_end) : out_(out), line_end_(line_end) {}

    void add(unsigned char byte, bool is_last) {
        constexpr char hex[] = "0123456789ABCDEF";
        const bool blank = byte == ' ' || byte == '\t';
        const bool plain = (byte > ' ' && byte < 0x7f && byte != '=') || (blank && !is_last);
        const std::size_t size = plain ? 1 : 3;
        // Room is left for the "=" of a soft line break.
        if (used_ + size > longest_line - (is_last ? 0 : 1)) {
            out_.append("=").append(line_end_);
            used_ = 0;
        }
        // "From " at the beginning of a line is changed by some MTAs, a lone dot was by others.
        const bool at_risk = used_ == 0 && (byte == 'F' || byte == '.');
        if (plain && !at_risk) {
            out_ += static_cast<char>(byte);
            ++used_;
        } else {
            out_.append({'=', hex[byte >> 4], hex[byte & 15]});
            used_ += 3;
        }
    }

  private:
    std::string& out_;
    std::string_view line_end_;
    std::size_t used_ = 0;
};

// What is said by a line of quoted-printable up to a place within it.
std::size_t place_in_line(std::string_view line, std::size_t decoded) {
    std::size_t at = 0;
    for (; decoded > 0 && at < line.size(); --decoded) {
        const bool escape = line[at] == '=' && at + 2 < line.size() &&
                            hex_digits.has(line[at + 1]) && hex_digits.has(line[at + 2]);
        at += escape ? 3 : 1;
    }
    return std::min(at, line.size());
}

std::size_t digits_in(std::string_view line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return digits.has(c); }));
}

}  // namespace

std::string as_quoted_printable(std::string_view text, std::string_view line_end) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0; at < text.size();) {
        const Line line = line_at(text, at);
        const bool ends = text[line.next - 1] == '\n';
        const std::string_view shown = ends ? line.text : text.substr(at);
        EncodedLine encoded(out, line_end);
        for (std::size_t i = 0; i < shown.size(); ++i)
            encoded.add(static_cast<unsigned char>(shown[i]), i + 1 == shown.size());
        if (ends) out += line_end;
        at = line.next;
    }
    return out;
}

std::string as_base64(std::string_view bytes, std::string_view line_end, std::size_t width) {
    std::string out;
    out.reserve(bytes.size() / 3 * 4 + bytes.size() / 38 + 8);
    std::size_t used = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        if (used == width) {
            out += line_end;
            used = 0;
        }
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= group.size() ? base64_digits[bits >> (18 - 6 * i) & 63] : '=';
        used += 4;
    }
    return out;
}

// Line by line, since neither escapes nor soft line breaks go beyond one.
std::size_t quoted_printable_place(std::string_view encoded, std::size_t decoded) {
    std::size_t at = 0;
    while (at < encoded.size() && decoded > 0) {
        const std::size_t next = line_at(encoded, at).next;
        const std::string_view line = encoded.substr(at, next - at);
        const std::size_t said = from_quoted_printable(line).size();
        if (said > decoded) return at + place_in_line(line, decoded);
        decoded -= said;
        // A soft line break behind the last byte says nothing: it belongs to what follows.
        if (decoded == 0) return said == 0 ? at : at + place_in_line(line, said);
        at = next;
    }
    return at;
}

Base64Lines base64_lines_before(std::string_view encoded, std::size_t decoded) {
    Base64Lines lines;
    bool first = true;
    for (std::size_t at = 0; at < encoded.size();) {
        const Line line = line_at(encoded, at);
        const std::size_t count = digits_in(line.text);
        const bool whole = count % 4 == 0 && line.text.find('=') == line.text.npos;
        if (first && whole && count > 0 && count <= longest_line && line.next < encoded.size())
            lines.width = count;
        first = false;
        const std::size_t bytes = lines.bytes + count / 4 * 3;
        if (!whole || bytes > decoded || line.next == encoded.size()) break;
        lines.bytes = bytes;
        at = lines.characters = line.next;
    }
    return lines;
}

bool is_plain_base64(std::string_view encoded) {
    std::size_t count = 0;
    std::size_t padding = 0;
    for (const char c : encoded) {
        if (blanks.has(c)) continue;
        if (c == '=')
            ++padding;
        else if (!digits.has(c) || padding > 0)
            return false;
        else
            ++count;
    }
    return (count + padding) % 4 == 0 && padding <= 2;
}

}  // namespace spillway::mail
