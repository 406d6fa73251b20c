#include "policy/template.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::policy;

namespace {

Variables with_user(std::string value) {
    Variables values;
    values[static_cast<std::size_t>(Variable::user)] = std::move(value);
    return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_template)

BOOST_AUTO_TEST_CASE(variables_are_filled_and_other_percent_signs_stay) {
    const auto parsed = Template::parse("%{user} 100% %% %d %{user}!");
    BOOST_TEST_REQUIRE(parsed.has_value());
    BOOST_TEST(parsed->fill(with_user("ann")) == "ann 100% %% %d ann!");
    BOOST_TEST(parsed->uses(Variable::user));
    BOOST_TEST(!parsed->uses(Variable::rule));
}

BOOST_AUTO_TEST_CASE(values_cannot_break_out_of_their_line) {
    const auto parsed = Template::parse("[%{user}]");
    using namespace std::string_literals;
    BOOST_TEST(parsed->fill(with_user("a\r\nBcc: x\0\x7f\xc3\xa9"s)) == "[a??Bcc: x????]");
    BOOST_TEST(parsed->fill(with_user("%{user}")) == "[%{user}]");
    BOOST_TEST(parsed->fill(with_user(std::string(5000, 'x'))).size() == 202U);
}

BOOST_AUTO_TEST_CASE(unknown_variables_are_mistakes) {
    BOOST_TEST(!Template::parse("%{nobody}").has_value());
    BOOST_TEST(!Template::parse("%{user").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
