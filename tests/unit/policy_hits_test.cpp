// Where a rule found what, and what of it is shown.
#include <boost/test/unit_test.hpp>

#include <string>

#include "policy/hits.h"

using spillway::policy::excerpt_of;

namespace {

std::string excerpt(const std::string& text, const std::string& match) {
    const std::size_t begin = text.find(match);
    return excerpt_of(text, begin, begin + match.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_match_shows_two_characters_at_either_end_and_its_line_its_shape) {
    BOOST_TEST(excerpt("Pay by card 4111 1111 1111 1111, Ms Smith", "4111 1111 1111 1111") ==
               "Xxx xx xxxx [41…11], Xx Xxxxx");
}

BOOST_AUTO_TEST_CASE(digits_beside_a_match_are_no_more_shown_than_the_match) {
    BOOST_TEST(excerpt("4111111111111111", "4111") == "[…]############");
    BOOST_TEST(excerpt("code 12345678", "345") == "xxxx ##[…]###");
}

BOOST_AUTO_TEST_CASE(letters_of_every_script_are_masked) {
    BOOST_TEST(excerpt("Größe Москва 東京 x", "x") == "Xxxxx Xxxxxx xx […]");
    BOOST_TEST(excerpt("٣ key", "key") == "# […]");
}

BOOST_AUTO_TEST_CASE(an_excerpt_ends_with_its_line_and_after_so_many_characters) {
    BOOST_TEST(excerpt("above\nkey word\nbelow", "key") == "[…] xxxx");
    const std::string most = "xxxxxxxxxxxxxxxxxxxxxxxx[…]xxxxxxxxxxxxxxxxxxxxxxxx";
    const std::string far(100, 'a');
    BOOST_TEST(excerpt(far + "KEY" + far, "KEY") == most);
    std::string umlauts;
    for (int i = 0; i < 100; ++i) umlauts += "ä";
    BOOST_TEST(excerpt(umlauts + "KEY" + umlauts, "KEY") == most);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stay_out_of_excerpts) {
    const std::string shown = excerpt("\x1b[31m\xff\xfe key \x07\xc3", "key");
    for (const char byte : shown)
        BOOST_TEST((static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f), shown);
    BOOST_TEST(shown == " [##x   […]   ");
}

BOOST_AUTO_TEST_CASE(a_match_of_nothing_is_shown_as_nothing) {
    BOOST_TEST(excerpt_of("", 0, 0) == "[…]");
}
