// SpamAssassin's meta rules as conditions on tags (Mail::SpamAssassin::Conf, "meta").
//
// A rule is worth 1 where it matches and 0 where not; sums that are compared with numbers become
// all ways to reach them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace spillway::convert {

struct Meta {
    std::string condition;  // language text
    std::set<std::string> asks;
};

// `counts` tells the rules that are worth more than 1 when they match more often.
tl::expected<Meta, std::string> meta_condition(
    std::string_view expression, const std::function<bool(const std::string& rule)>& counts);

}  // namespace spillway::convert
