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

// How many bytes the four digits of a line's groups stand for in uuencode.
constexpr std::size_t longest_uu_line = 64 * 4 + 64;

constexpr std::size_t longest_line = 64 * 1024;  // of encodings that go by lines

struct NamedEncoding {
    std::string_view name;
    Encoding encoding;
};
constexpr NamedEncoding encodings[] = {
    {"", Encoding::none},
    {"7bit", Encoding::none},
    {"7-bit", Encoding::none},
    {"8bit", Encoding::none},
    {"8-bit", Encoding::none},
    {"binary", Encoding::none},
    {"base64", Encoding::base64},
    {"quoted-printable", Encoding::quoted_printable},
    {"x-uuencode", Encoding::uuencode},
    {"uuencode", Encoding::uuencode},
    {"x-uue", Encoding::uuencode},
    {"uue", Encoding::uuencode},
    {"x-yencode", Encoding::yenc},
    {"x-yenc", Encoding::yenc},
    {"yenc", Encoding::yenc},
};

const NamedEncoding* find_encoding(std::string_view name) {
    const auto* found = std::ranges::find(encodings, name, &NamedEncoding::name);
    return found == std::end(encodings) ? nullptr : found;
}

std::string decoded_with(Encoding encoding, std::string_view text) {
    std::string bytes;
    bytes.reserve(encoding == Encoding::base64 ? text.size() / 4 * 3 + 3 : text.size());
    Decoder decoder(encoding);
    decoder.decode(text, bytes);
    decoder.finish(bytes);
    return bytes;
}

// From the "=" of an escape or soft line break on, that the text may still complete; npos when all
// of it can be decoded now.
std::size_t open_escape(std::string_view text) {
    constexpr std::size_t longest_blanks = 1'000;
    const std::size_t mark = text.rfind('=');
    if (mark == text.npos || text.size() - mark > longest_blanks) return text.npos;
    const std::size_t after = text.find_first_not_of(" \t", mark + 1);
    if (after == text.npos || text.substr(after) == "\r") return mark;
    return text.size() - mark < 3 && hex_digit(text[mark + 1]) >= 0 ? mark : text.npos;
}

// Blanks before a line end should go (section 6.7, rule 3); readable() removes them anyway.
// Stops at `end`, though what stands behind it is looked at.
void append_quoted_printable(std::string_view text, std::size_t end, std::string& bytes) {
    for (std::size_t at = 0; at < end;) {
        const std::size_t mark = std::min(text.find('=', at), end);
        bytes.append(text, at, mark - at);
        at = mark;
        if (at == end) break;
        if (const int byte = escaped_byte(text, at); byte >= 0) {
            bytes += static_cast<char>(byte);
            at += 3;
        } else if (const std::size_t length = soft_break(text, at); length > 0) {
            at += length;
        } else {
            bytes += text[at++];
        }
    }
}

std::size_t uu_bytes(char c) { return (static_cast<unsigned char>(c) - ' ') & 0x3fU; }

}  // namespace

std::string from_base64(std::string_view text) { return decoded_with(Encoding::base64, text); }

std::string from_quoted_printable(std::string_view text) {
    return decoded_with(Encoding::quoted_printable, text);
}

Encoding encoding_named(std::string_view name) {
    const NamedEncoding* const found = find_encoding(name);
    return found == nullptr ? Encoding::none : found->encoding;
}

bool is_known_encoding(std::string_view name) { return find_encoding(name) != nullptr; }

void Decoder::decode(std::string_view piece, std::string& bytes) {
    switch (encoding_) {
        case Encoding::none:
            bytes.append(piece);
            return;
        case Encoding::base64:
            return add_base64(piece, bytes);
        case Encoding::quoted_printable:
            return add_quoted_printable(piece, bytes);
        case Encoding::uuencode:
        case Encoding::yenc:
            return add_lines(piece, bytes);
    }
}

void Decoder::finish(std::string& bytes) {
    if (encoding_ == Encoding::base64) end_group(bytes);
    if (encoding_ == Encoding::quoted_printable)
        append_quoted_printable(waiting_, waiting_.size(), bytes);
    if (encoding_ == Encoding::uuencode || encoding_ == Encoding::yenc) add_line(waiting_, bytes);
    waiting_.clear();
}

void Decoder::end_group(std::string& bytes) {
    if (digits_ >= 2) bytes += static_cast<char>(group_ >> (digits_ * 6 - 8));
    if (digits_ >= 3) bytes += static_cast<char>(group_ >> (digits_ * 6 - 16));
    group_ = 0;
    digits_ = 0;
}

// Groups of four digits with nothing between them, as nearly all of base64 is written. Returns how
// much of the piece that was; there may be more behind it.
std::size_t add_whole_groups(std::string_view piece, std::string& bytes) {
    std::array<char, 768> buffer;
    std::size_t size = 0;
    std::size_t at = 0;
    for (; at + 4 <= piece.size() && size < buffer.size(); at += 4) {
        const std::uint32_t first = base64_digit(piece[at]);
        const std::uint32_t second = base64_digit(piece[at + 1]);
        const std::uint32_t third = base64_digit(piece[at + 2]);
        const std::uint32_t fourth = base64_digit(piece[at + 3]);
        if (((first | second | third | fourth) & ~std::uint32_t{63}) != 0) break;
        const std::uint32_t group = first << 18 | second << 12 | third << 6 | fourth;
        buffer[size++] = static_cast<char>(group >> 16);
        buffer[size++] = static_cast<char>(group >> 8);
        buffer[size++] = static_cast<char>(group);
    }
    bytes.append(buffer.data(), size);
    return at;
}

// A flood of bytes that are skipped costs a few table look-ups each.
void Decoder::add_base64(std::string_view piece, std::string& bytes) {
    while (!piece.empty()) {
        if (digits_ == 0) piece.remove_prefix(add_whole_groups(piece, bytes));
        if (piece.empty()) return;
        const char c = piece.front();
        piece.remove_prefix(1);
        const std::uint8_t digit = base64_digit(c);
        if (digit == no_digit) {
            if (c == '=') end_group(bytes);
            continue;
        }
        group_ = group_ << 6 | digit;
        if (++digits_ < 4) continue;
        for (const int shift : {16, 8, 0}) bytes += static_cast<char>(group_ >> shift);
        group_ = 0;
        digits_ = 0;
    }
}

void Decoder::add_quoted_printable(std::string_view piece, std::string& bytes) {
    std::string joined;
    if (!waiting_.empty()) {
        joined = std::move(waiting_);
        joined += piece;
        piece = joined;
    }
    const std::size_t open = open_escape(piece);
    append_quoted_printable(piece, std::min(open, piece.size()), bytes);
    waiting_ = open == piece.npos ? std::string() : std::string(piece.substr(open));
}

void Decoder::add_lines(std::string_view piece, std::string& bytes) {
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        waiting_ += piece.substr(0, end);
        if (end == piece.npos && waiting_.size() < longest_line) return;
        add_line(waiting_, bytes);
        waiting_.clear();
        piece.remove_prefix(end == piece.npos ? piece.size() : end + 1);
    }
}

// The lines before and after the data are not part of it.
void Decoder::add_line(std::string_view line, std::string& bytes) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (ended_ || line.empty()) return;
    if (encoding_ == Encoding::yenc) {
        ended_ = line.starts_with("=yend");
        if (!line.starts_with("=y")) append_yenc_decoded(line, bytes);
        return;
    }
    ended_ = line == "end";
    if (!ended_ && !line.starts_with("begin ") && is_uuencoded(line)) append_uudecoded(line, bytes);
}

bool is_uuencoded(std::string_view line) {
    if (line.empty() || line.size() > longest_uu_line) return false;
    if (line.front() < ' ' || line.front() > '`') return false;
    const std::size_t digits = (uu_bytes(line.front()) + 2) / 3 * 4;
    if (line.size() - 1 > digits + 2) return false;  // some writers add a check character
    return std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '`'; });
}

void append_uudecoded(std::string_view line, std::string& bytes) {
    if (line.empty()) return;
    std::size_t left = uu_bytes(line.front());
    line.remove_prefix(1);
    const auto digit = [&](std::size_t at) {
        return at < line.size() ? static_cast<std::uint32_t>(uu_bytes(line[at])) : 0U;
    };
    for (std::size_t at = 0; left > 0; at += 4) {
        const std::uint32_t group =
            digit(at) << 18U | digit(at + 1) << 12U | digit(at + 2) << 6U | digit(at + 3);
        for (std::uint32_t shift = 16; left > 0 && shift <= 16; shift -= 8, --left)
            bytes += static_cast<char>(group >> shift);
    }
}

void append_yenc_decoded(std::string_view line, std::string& bytes) {
    for (std::size_t at = 0; at < line.size(); ++at) {
        auto byte = static_cast<unsigned char>(line[at]);
        if (byte == '=' && at + 1 < line.size())
            byte = static_cast<unsigned char>(static_cast<unsigned char>(line[++at]) - 64);
        bytes += static_cast<char>(byte - 42);
    }
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
