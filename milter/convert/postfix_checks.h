// Postfix's header_checks and body_checks (header_checks(5), regexp_table(5), pcre_table(5)) as
// rules.
//
// Postfix looks at one line after the other and the first pattern that matches a line decides about
// it. Rules look at one field after the other, so patterns that do not begin with the name of a
// field have no counterpart.
#pragma once

#include <vector>

#include "convert/converted.h"

namespace spillway::convert {

struct ChecksFile {
    Source source;
    bool posix = false;  // a regexp: table, else pcre:
};

enum class Part { header, body };

// The files are one list of tables, in this order, as in main.cf.
Converted from_postfix_checks(const std::vector<ChecksFile>& files, Part part);

}  // namespace spillway::convert
