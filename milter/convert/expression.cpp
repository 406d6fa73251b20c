#include "convert/expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "mail/utf8.h"
#include "match/pattern.h"

namespace spillway::convert {
namespace {

constexpr std::string_view meaningless_flags = "gocpadlu";
constexpr std::string_view flags_known = "ismx";

char closing_of(char opening) {
    switch (opening) {
        case '{':
            return '}';
        case '(':
            return ')';
        case '[':
            return ']';
        case '<':
            return '>';
        default:
            return opening;
    }
}

// What an expression is made of, as far as it matters where brackets begin and end.
struct Piece {
    std::string_view text;  // one character, an escape of two, or [:alpha:] within brackets
    bool in_brackets = false;
    bool escaped() const { return text.size() == 2 && text[0] == '\\'; }
};

enum class Escapes { everywhere, outside_brackets };

class Pieces {
  public:
    Pieces(std::string_view expression, Escapes escapes) : left_(expression), escapes_(escapes) {}

    std::optional<Piece> next() {
        if (left_.empty()) return std::nullopt;
        Piece piece{left_.substr(0, length()), bracket_ > 0};
        follow(piece.text);
        left_.remove_prefix(piece.text.size());
        return piece;
    }

  private:
    std::size_t length() const {
        const bool escapes = bracket_ == 0 || escapes_ == Escapes::everywhere;
        if (left_[0] == '\\' && escapes) return std::min<std::size_t>(2, left_.size());
        if (bracket_ > 0 && left_.starts_with("[:")) {
            const std::size_t end = left_.find(":]");
            if (end != left_.npos) return end + 2;
        }
        return 1;
    }

    // A "]" is itself where it stands first, also behind a "^".
    void follow(std::string_view text) {
        if (bracket_ == 0) {
            if (text == "[") bracket_ = 1;
        } else if (text == "]" && bracket_ > 1) {
            bracket_ = 0;
        } else if (!(text == "^" && bracket_ == 1 && previous_ == '[')) {
            bracket_ = 2;
        }
        previous_ = text.back();
    }

    std::string_view left_;
    Escapes escapes_;
    int bracket_ = 0;  // 0 outside, 1 at the beginning, 2 within
    char previous_ = '\0';
};

// The value of "\xHH" at the beginning of a text.
std::optional<unsigned char> byte_escape(std::string_view text) {
    if (text.size() < 4 || !text.starts_with("\\x")) return std::nullopt;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 4, value, 16);
    if (error != std::errc() || end != text.data() + 4) return std::nullopt;
    return static_cast<unsigned char>(value);
}

std::string in_braces(std::string_view utf8) {
    std::string text;
    for (std::size_t at = 0; at < utf8.size();) {
        text += fmt::format("\\x{{{:X}}}", mail::next_code_point(utf8, at));
    }
    return text;
}

// The bytes above 7F that escapes at the beginning of a text stand for.
std::string high_bytes(std::string_view text) {
    std::string bytes;
    for (auto byte = byte_escape(text); byte && *byte >= 0x80; byte = byte_escape(text)) {
        bytes += static_cast<char>(*byte);
        text.remove_prefix(4);
    }
    return bytes;
}

tl::expected<std::string, std::string> flags_of(std::string_view text) {
    std::string flags;
    for (const char flag : text) {
        if (meaningless_flags.find(flag) != meaningless_flags.npos) continue;
        if (flags_known.find(flag) == flags_known.npos) {
            return tl::unexpected(fmt::format("the flag \"{}\" is not known here", flag));
        }
        if (flags.find(flag) == flags.npos) flags += flag;
    }
    return flags;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

}  // namespace

tl::expected<Expression, std::string> perl_pattern(std::string_view text) {
    if (text.starts_with("m") && text.size() > 1) text.remove_prefix(1);
    const bool delimited = !text.empty() && std::ispunct(static_cast<unsigned char>(text[0])) != 0;
    if (!delimited) return tl::unexpected<std::string>("not a pattern between delimiters");
    const std::size_t end = text.rfind(closing_of(text[0]));
    if (end == text.npos || end == 0) {
        return tl::unexpected<std::string>("a pattern without its closing delimiter");
    }
    const std::string_view letters = text.substr(end + 1);
    if (!std::ranges::all_of(letters, is_letter)) {
        return tl::unexpected<std::string>("something other than flags follows the pattern");
    }
    auto flags = flags_of(letters);
    if (!flags) return tl::unexpected(flags.error());
    return Expression{std::string(text.substr(1, end - 1)), *std::move(flags)};
}

std::string perl_of_posix(std::string_view expression) {
    std::string out;
    Pieces pieces(expression, Escapes::outside_brackets);
    while (const auto piece = pieces.next()) {
        if (piece->in_brackets && piece->text == "\\") {
            out += "\\\\";
        } else if (piece->escaped() && (piece->text[1] == '<' || piece->text[1] == '>')) {
            out += "\\b";
        } else {
            out += piece->text;
        }
    }
    return out;
}

std::string with_whole_characters(std::string_view expression) {
    std::string out;
    Pieces pieces(expression, Escapes::everywhere);
    const char* skip_to = expression.data();
    while (const auto piece = pieces.next()) {
        if (piece->text.data() < skip_to) continue;
        const std::size_t at = static_cast<std::size_t>(piece->text.data() - expression.data());
        const std::string bytes =
            piece->in_brackets ? std::string() : high_bytes(expression.substr(at));
        if (bytes.empty() || !mail::is_utf8(bytes)) {
            out += piece->text;
            continue;
        }
        out += in_braces(bytes);
        skip_to = piece->text.data() + 4 * bytes.size();
    }
    return out;
}

bool speaks_of_bytes(std::string_view expression) {
    Pieces pieces(expression, Escapes::everywhere);
    while (const auto piece = pieces.next()) {
        const std::size_t at = static_cast<std::size_t>(piece->text.data() - expression.data());
        if (!high_bytes(expression.substr(at)).empty()) return true;
    }
    return false;
}

bool is_anchored(std::string_view expression) {
    static constexpr std::array<std::string_view, 5> anchors{"^", "$", "\\A", "\\z", "\\Z"};
    Pieces pieces(expression, Escapes::everywhere);
    while (const auto piece = pieces.next()) {
        if (!piece->in_brackets && std::ranges::count(anchors, piece->text) > 0) return true;
    }
    return false;
}

std::string with_replaced(std::string_view expression, std::string_view what, std::string_view by) {
    std::string out;
    Pieces pieces(expression, Escapes::everywhere);
    while (const auto piece = pieces.next()) {
        const bool it = !piece->in_brackets && piece->text == what;
        out += it ? by : piece->text;
    }
    return out;
}

tl::expected<std::string, std::string> written(const Expression& expression) {
    const auto is_control = [](unsigned char c) { return c < 0x20 && c != '\t'; };
    if (std::ranges::any_of(expression.source, is_control)) {
        return tl::unexpected<std::string>("a control character in the pattern");
    }
    if (!mail::is_utf8(expression.source)) {
        return tl::unexpected<std::string>("the pattern is not UTF-8");
    }
    const auto pattern = match::Pattern::compile(expression.source, expression.flags);
    if (!pattern) return tl::unexpected("the pattern does not compile: " + pattern.error().message);
    std::string text = "/";
    for (std::size_t at = 0; at < expression.source.size(); ++at) {
        const char c = expression.source[at];
        if (c == '/') text += '\\';
        text += c;
        if (c == '\\' && at + 1 < expression.source.size()) text += expression.source[++at];
    }
    return text + "/" + expression.flags;
}

bool finds(const Expression& expression, std::string_view text) {
    const auto pattern = match::Pattern::compile(expression.source, expression.flags);
    return pattern && pattern->search(text) == match::Match::yes;
}

}  // namespace spillway::convert
