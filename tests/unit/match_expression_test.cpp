#include "match/expression.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace {

std::string expression(const std::string& pattern, const std::string& flags = "") {
    Members members;
    auto tree = outlined(pattern, flags, members).value();
    keep_sure_boundaries(tree);
    return expression_of(tree);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_of_an_outline)

BOOST_AUTO_TEST_CASE(characters_and_classes_are_bytes_of_shadows) {
    BOOST_TEST(expression("a.b") == "a[\\x00-\\x09\\x0b-\\xff]b");
    BOOST_TEST(expression("a.b", "s") == "a.b");
    BOOST_TEST(expression("kind", "i") == "[Kk][Ii][Nn][Dd]");
    BOOST_TEST(expression("[bcd_-]x") == "[\\x2d_b-d]x");
    BOOST_TEST(expression("a\\.") == "a\\x2e");
}

BOOST_AUTO_TEST_CASE(what_the_outline_forgot_is_any_text) {
    BOOST_TEST(expression("(a)b\\1c") == "ab.*c");
    BOOST_TEST(expression("a(?=b)c$") == "ac");
    BOOST_TEST(expression("\\bcat\\b") == "\\bcat\\b");
}

BOOST_AUTO_TEST_CASE(repeats_stay_until_they_are_long) {
    BOOST_TEST(expression("ab?c*d+e{2,3}(?:fg|h){4,}") == "ab{0,1}c*d+e{2,3}(?:fg|h){4,}");
    BOOST_TEST(expression("a(?:bc){7,90}") == "a(?:bc){7,}");
    BOOST_TEST(expression("ab{70,90}") == "ab{20,}");
    BOOST_TEST(expression("(?:|a)b") == "(?:|a)b");
}

BOOST_AUTO_TEST_CASE(what_is_found_everywhere_or_takes_too_much_is_not_looked_for) {
    BOOST_TEST(expression("a*|b").empty());
    BOOST_TEST(expression("(?=a)").empty());
    BOOST_TEST(expression("(?:(?:(?:a.{20}){20}){20}b){20}").empty());
}

BOOST_AUTO_TEST_SUITE_END()
