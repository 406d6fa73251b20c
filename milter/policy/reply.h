// The words of a refusal: filled from the rule's template, made fit for one SMTP reply line.
#pragma once

#include <string>

#include "policy/evaluate.h"
#include "policy/policy.h"

namespace spillway::policy {

// Variables that are known of any message; `rule`, `limit`, `used`, `max` and `next` are left "".
Variables variables_of(const Message& message, const Identity& identity);

// The filled reply, naming `decided_by` ("rule NAME", "limit NAME") where the text itself does not.
Reply filled(const TemplateReply& reply, const Variables& values, const std::string& decided_by);

// A reply in our own words; `text` must say what happened and what to do.
Reply own_reply(int code, const std::string& enhanced, const std::string& text,
                const std::string& decided_by);

}  // namespace spillway::policy
