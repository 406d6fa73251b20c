// The tokens of one file as the parsers take them: what is expected, else a Mistake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/ast.h"
#include "language/lexer.h"

namespace spillway::language {

class Tokens {
  public:
    explicit Tokens(Lexer& lexer) : lexer_(lexer) {}

    // Line ends inside ( ) and [ ] do not count.
    const Token& peek();
    Token next();

    // The next token must be a word or string; `what` says what it should have been.
    Word word(std::string_view what);
    // The next token must be this symbol; returns its place.
    Place symbol(std::string_view symbol);
    bool take_symbol(std::string_view symbol);
    bool take_word(std::string_view word);
    // [ a, b "c d" ]: commas are optional.
    std::vector<Word> list();
    Regex regex() { return lexer_.regex(); }
    bool at_regex() { return lexer_.at_regex(); }
    // Conditions go on after "and", "or", "not", "when" and "unless", even on the next line.
    void skip_line_ends();

    void open() { ++depth_; }
    void close() { --depth_; }

  private:
    Lexer& lexer_;
    int depth_ = 0;
};

// Raises the depth of Tokens for as long as it lives, also when a Mistake passes.
class Nested {
  public:
    explicit Nested(Tokens& tokens) : tokens_(tokens) { tokens_.open(); }
    ~Nested() { tokens_.close(); }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

  private:
    Tokens& tokens_;
};

}  // namespace spillway::language
