#include "log/inert.h"

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

using spillway::log::inert;
using spillway::log::shortened;
using spillway::log::value_limit_bytes;

BOOST_AUTO_TEST_SUITE(inert_text)

BOOST_AUTO_TEST_CASE(plain_words_stay_as_they_are) {
    BOOST_TEST(inert("ann@customer.example") == "ann@customer.example");
    BOOST_TEST(inert("<>") == "<>");
}

BOOST_AUTO_TEST_CASE(blanks_quotes_and_equal_signs_are_quoted) {
    BOOST_TEST(inert("") == R"("")");
    BOOST_TEST(inert("a b") == R"("a b")");
    BOOST_TEST(inert("x verdict=accept") == R"("x verdict=accept")");
    BOOST_TEST(inert(R"(a"b\c)") == R"("a\"b\\c")");
}

BOOST_AUTO_TEST_CASE(no_text_ends_the_line_or_moves_the_cursor) {
    BOOST_TEST(inert("a\r\nqueue-id=FORGED\t") == R"("a\r\nqueue-id=FORGED\t")");
    BOOST_TEST(inert(std::string("a\0b", 3)) == R"("a\u{0000}b")");
    BOOST_TEST(inert("\x1b[2J") == R"("\u{001b}[2J")");
    BOOST_TEST(inert("\xc2\x9b") == R"("\u{009b}")");      // C1: the same as ESC [
    BOOST_TEST(inert("\xe2\x80\xae") == R"("\u{202e}")");  // right-to-left override
    BOOST_TEST(inert("\xe2\x80\xa8") == R"("\u{2028}")");  // line separator
    BOOST_TEST(inert("a\xef\xbb\xbf"
                     "b") == R"("a\u{feff}b")");
}

BOOST_AUTO_TEST_CASE(other_scripts_stay_readable) {
    BOOST_TEST(inert("jürgen@例え.example") == "\"jürgen@例え.example\"");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_shown_as_bytes) {
    BOOST_TEST(inert("a\xff\xc3") == R"("a\xff\xc3")");
    BOOST_TEST(inert("\xed\xa0\x80") == R"("\xed\xa0\x80")");  // a surrogate
}

BOOST_AUTO_TEST_CASE(long_values_are_cut_between_characters) {
    const std::string most(value_limit_bytes, 'a');
    BOOST_TEST(inert(most) == most);
    BOOST_TEST(inert(most + most) == fmt::format("{}...", most));

    const std::string blanks(value_limit_bytes - 1, ' ');
    BOOST_TEST(inert(blanks + "üü") == fmt::format("\"{}...\"", blanks));
    BOOST_TEST(shortened(std::string(1000, '\x80')).size() <= value_limit_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
