// How notices are worded, as the operator wants it.
#pragma once

#include <optional>
#include <string>

#include "policy/template.h"

namespace spillway::policy {

struct NoticeForm {
    std::string from;                 // an address; "" is this host's postmaster
    std::optional<Template> subject;  // none: our own words
    std::optional<Template> text;     // UTF-8, lines end in LF; none: our own words
};

}  // namespace spillway::policy
