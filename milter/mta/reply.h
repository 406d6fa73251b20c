// SMTP replies as libmilter takes them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "policy/decision.h"

namespace spillway::mta {

enum class ReplyClass { defer, reject };

struct WireReply {
    std::string code;      // "550"
    std::string enhanced;  // "5.7.1"
    std::string text;      // escaped
};

// libmilter runs reply text through printf rules: Postfix deletes a lone %, Sendmail then discards
// the whole text and the code.
std::string percent_escaped(std::string_view text);

// The reply in a form no MTA refuses: code and enhanced code of the class of the verdict (when they
// are not, the generic ones of that class stand in; Postfix would drop the filter for the rest of
// the SMTP session), printable ASCII, one line of at most 512 octets (RFC 5321 section 4.5.3.1.5).
WireReply wire_reply(const policy::Reply& reply, ReplyClass wanted);

}  // namespace spillway::mta
