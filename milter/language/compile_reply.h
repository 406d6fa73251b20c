// Reply texts of reject, defer and over, and the other texts of actions.
#pragma once

#include <string_view>

#include "language/arguments.h"
#include "policy/policy.h"

namespace spillway::language {

// [CODE [ENHANCED]] ["TEXT"]: `code_class` is 4 or 5, and all codes must be of it.
policy::TemplateReply take_reply(Arguments& args, int code_class, std::string_view default_code,
                                 std::string_view default_text);

// A text with variables that may stand in a reply or header: one line of printable ASCII.
policy::Template take_template(const Word& word);

// A header field's name (RFC 5322 section 2.2): printable ASCII without a colon.
std::string take_header_name(Arguments& args);

}  // namespace spillway::language
