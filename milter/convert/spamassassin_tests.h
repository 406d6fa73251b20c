// SpamAssassin's "test" lines as test blocks (Mail::SpamAssassin::Conf(3), "test").
//
// There a string is given to one rule. Here it becomes a message of which that is the text the rule
// is about, and all rules read it.
#pragma once

#include <tl/expected.hpp>

#include "convert/converted.h"
#include "convert/spamassassin_rules.h"

namespace spillway::convert {

// Or why there is none. The number tells the tests of one rule apart.
tl::expected<TestBlock, std::string> test_block(const ForeignRule& rule, const ForeignTest& test,
                                                int number);

}  // namespace spillway::convert
