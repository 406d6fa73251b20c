// The lines of Postfix's regexp: and pcre: tables (regexp_table(5), pcre_table(5)).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "convert/expression.h"
#include "convert/postfix_checks.h"

namespace spillway::convert {

struct TableLine {
    enum class Kind { pattern, begin_if, end_if } kind = Kind::pattern;
    std::size_t number = 0;  // where it begins
    bool negated = false;
    tl::expected<Expression, std::string> expression;  // or what is wrong with it
    std::string action;                                // in capitals
    std::string text;                                  // behind it
};

std::vector<TableLine> read_table(const ChecksFile& file);

// A pattern on a header line, split where the name of the field ends.
struct OnFields {
    std::vector<std::string> names;  // in lower case, each once
    std::string value;               // the condition behind the field: "exists" or "=~ /.../i"
};

tl::expected<OnFields, std::string> on_fields(const Expression& expression);

}  // namespace spillway::convert
