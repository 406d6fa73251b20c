#include "language/tokens.h"

#include <fmt/format.h>

namespace spillway::language {

const Token& Tokens::peek() {
    if (depth_ > 0) skip_line_ends();
    return lexer_.peek();
}

Token Tokens::next() {
    peek();
    return lexer_.next();
}

void Tokens::skip_line_ends() {
    while (lexer_.peek().kind == TokenKind::end_of_line) lexer_.next();
}

Word Tokens::word(std::string_view what) {
    const Token& token = peek();
    if (token.kind != TokenKind::word && token.kind != TokenKind::string) {
        throw Mistake(token.place, fmt::format("expected {}, got {}", what, token.named()));
    }
    Token taken = next();
    return {std::move(taken.text), std::move(taken.place), taken.kind == TokenKind::string};
}

Place Tokens::symbol(std::string_view symbol) {
    if (!peek().symbol(symbol)) {
        throw Mistake(peek().place, fmt::format("expected \"{}\", got {}", symbol, peek().named()));
    }
    return next().place;
}

bool Tokens::take_symbol(std::string_view symbol) {
    if (!peek().symbol(symbol)) return false;
    next();
    return true;
}

bool Tokens::take_word(std::string_view word) {
    if (!peek().word(word)) return false;
    next();
    return true;
}

std::vector<Word> Tokens::list() {
    const Nested inside(*this);
    symbol("[");
    std::vector<Word> entries;
    while (!peek().symbol("]")) {
        entries.push_back(word("an entry or \"]\""));
        take_symbol(",");
    }
    next();
    return entries;
}

}  // namespace spillway::language
