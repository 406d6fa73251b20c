#include "language/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace spillway::language {
namespace {

constexpr std::array<std::string_view, 16> symbols{"=~", "!=", "<=", ">=", "{", "}", "[", "]",
                                                   "(",  ")",  ",",  ";",  "=", "<", ">", "!"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool ends_word(char c) {
    return is_blank(c) ||
           std::string_view{"\n{}[](),;\"=<>!\0", 15}.find(c) != std::string_view::npos;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

bool Token::ends_statement() const {
    return kind == TokenKind::end_of_line || kind == TokenKind::end_of_file || symbol(";") ||
           symbol("}");
}

std::string Token::named() const {
    if (kind == TokenKind::end_of_line) return "end of line";
    if (kind == TokenKind::end_of_file) return "end of file";
    return fmt::format("\"{}\"", text);
}

Lexer::Lexer(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

Place Lexer::here() const { return {file_, line_, column_}; }

char Lexer::at(std::size_t ahead) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
}

void Lexer::advance() {
    if (at() == '\n') {
        ++line_;
        column_ = 0;
    }
    ++position_;
    // Columns count characters, so the bytes inside one do not move them.
    if (!continues_character(at())) ++column_;
}

void Lexer::skip_blanks() {
    while (position_ < text_.size() && is_blank(at())) advance();
    if (at() != '#') return;
    while (position_ < text_.size() && at() != '\n') advance();
}

const Token& Lexer::peek() {
    if (!has_peeked_) peeked_ = read();
    has_peeked_ = true;
    return peeked_;
}

Token Lexer::next() {
    if (!has_peeked_) return read();
    has_peeked_ = false;
    return std::move(peeked_);
}

Token Lexer::read() {
    skip_blanks();
    if (position_ >= text_.size()) return {TokenKind::end_of_file, "", here()};
    if (at() == '\n') {
        Token token{TokenKind::end_of_line, "", here()};
        advance();
        return token;
    }
    return at() == '"' ? string() : symbol_or_word();
}

Token Lexer::string() {
    Token token{TokenKind::string, "", here()};
    advance();
    while (at() != '"') {
        if (position_ >= text_.size() || at() == '\n') {
            throw Mistake(token.place, "string without closing quote on its line");
        }
        if (at() != '\\') {
            token.text += at();
            advance();
            continue;
        }
        const Place escape = here();
        advance();
        switch (at()) {
            case '"':
            case '\\':
                token.text += at();
                break;
            case 'n':
                token.text += '\n';
                break;
            default:
                throw Mistake(escape, R"(unknown escape in a string (known: \" \\ \n))");
        }
        advance();
    }
    advance();
    return token;
}

Token Lexer::symbol_or_word() {
    Token token{TokenKind::symbol, "", here()};
    for (const std::string_view symbol : symbols) {
        if (!text_.substr(position_).starts_with(symbol)) continue;
        token.text = symbol;
        for (std::size_t i = 0; i < symbol.size(); ++i) advance();
        return token;
    }
    token.kind = TokenKind::word;
    while (position_ < text_.size() && !ends_word(at())) {
        token.text += at();
        advance();
    }
    if (token.text.empty()) {
        advance();
        throw Mistake(token.place, "a NUL byte");
    }
    return token;
}

bool Lexer::at_regex() {
    skip_blanks();
    return at() == '/';
}

Regex Lexer::regex() {
    skip_blanks();
    Regex regex{"", "", here()};
    if (at() != '/') throw Mistake(regex.place, "expected a regular expression: /…/");
    advance();
    while (at() != '/') {
        if (position_ >= text_.size() || at() == '\n') {
            throw Mistake(regex.place, "regular expression without closing \"/\" on its line");
        }
        // "\/" is the delimiter itself; every other escape is the expression's own.
        if (at() == '\\' && at(1) == '/') {
            advance();
        } else if (at() == '\\' && at(1) != '\n' && at(1) != '\0') {
            regex.expression += at();
            advance();
        }
        regex.expression += at();
        advance();
    }
    advance();
    while (std::isalpha(static_cast<unsigned char>(at()))) {
        regex.flags += at();
        advance();
    }
    return regex;
}

}  // namespace spillway::language
