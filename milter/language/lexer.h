// Text into words. Reads on demand, because only the parser knows where a regular expression
// stands.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "language/diagnostics.h"

namespace spillway::language {

// A mistake in a text, thrown within this room and caught where reading can go on.
struct Mistake : std::runtime_error {
    Mistake(Place where, const std::string& message)
        : std::runtime_error(message), place(std::move(where)) {}
    Place place;
};

enum class TokenKind { word, string, symbol, end_of_line, end_of_file };

struct Token {
    TokenKind kind = TokenKind::end_of_file;
    std::string text;  // strings without quotes and escapes
    Place place;

    bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
    bool symbol(std::string_view t) const { return is(TokenKind::symbol, t); }
    bool word(std::string_view t) const { return is(TokenKind::word, t); }
    bool ends_statement() const;
    // How a diagnostic calls it: `"word"`, "end of line".
    std::string named() const;
};

struct Regex {
    std::string expression;
    std::string flags;
    Place place;
};

class Lexer {
  public:
    // `text` is UTF-8 and must outlive the lexer.
    Lexer(std::string file, std::string_view text);

    const Token& peek();
    Token next();
    // The next token must be a regular expression: /…/flags. Nothing may have been peeked.
    Regex regex();
    // Whether one begins here. Nothing may have been peeked.
    bool at_regex();
    Place here() const;

  private:
    char at(std::size_t ahead = 0) const;
    void advance();
    void skip_blanks();
    Token read();
    Token string();
    Token symbol_or_word();

    std::string file_;
    std::string_view text_;
    std::size_t position_ = 0;
    int line_ = 1;
    int column_ = 1;
    Token peeked_;
    bool has_peeked_ = false;
};

}  // namespace spillway::language
