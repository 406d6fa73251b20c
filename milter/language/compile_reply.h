// Reply texts of reject, defer and over, and the other texts of actions.
#pragma once

#include <string_view>

#include "language/arguments.h"
#include "policy/policy.h"

namespace spillway::language {

// What is taken where a reply leaves it out. The class of the code, 4 or 5, is that of all codes.
struct StandardReply {
    std::string_view code;
    std::string_view enhanced;
    std::string_view text;
};

// [CODE [ENHANCED]] ["TEXT"]
policy::TemplateReply take_reply(Arguments& args, const StandardReply& standard);

// A text with variables that may stand in a reply or header: one line of printable ASCII.
policy::Template take_template(const Word& word);

// The value of a header field: one line of UTF-8.
policy::Template take_field_template(const Word& word);

// A header field's name (RFC 5322 section 2.2): printable ASCII without a colon.
std::string take_header_name(Arguments& args);

}  // namespace spillway::language
