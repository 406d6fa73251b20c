// Regular expressions of other programs in the words of this one (PCRE2 over characters).
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace spillway::convert {

// The flags are letters of ismx.
struct Expression {
    std::string source;
    std::string flags;
};

// A pattern as Perl programs write it: /.../flags, m{...}flags, m!...!flags (perlop, "m/PATTERN/").
// Flags without a meaning for one match (g, o, c, p) are dropped, and so are a, d, l and u.
tl::expected<Expression, std::string> perl_pattern(std::string_view text);

// A POSIX extended expression (regex(7), with \< and \> of GNU) as Perl's: within brackets a
// backslash is itself there.
std::string perl_of_posix(std::string_view expression);

// The same for texts of characters: \xC3\xA9 is one character here. Sequences of such escapes that
// are no UTF-8, and those in brackets, stay as they are.
std::string with_whole_characters(std::string_view expression);

// Whether bytes above 7F are spoken of one by one, which means other characters here.
bool speaks_of_bytes(std::string_view expression);

// Whether it says where a text begins or ends: ^ or $ outside of brackets, \A, \z or \Z.
bool is_anchored(std::string_view expression);

// A copy in which a character, unescaped, or an escape such as \A is replaced outside of brackets.
std::string with_replaced(std::string_view expression, std::string_view what, std::string_view by);

// As the language has it, /.../flags, or why that is no expression.
tl::expected<std::string, std::string> written(const Expression& expression);

// Whether it finds something in `text`. A pattern that does not compile finds nothing.
bool finds(const Expression& expression, std::string_view text);

}  // namespace spillway::convert
