// One rule of SpamAssassin's, other than a meta rule, as a condition.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "convert/spamassassin_rules.h"

namespace spillway::convert {

struct Single {
    std::string condition;   // language text
    std::string difference;  // what it means here that it does not mean there, or ""
};

// Or why there is none.
tl::expected<Single, std::string> single_condition(const ForeignRule& rule);

}  // namespace spillway::convert
