#include "mail/transfer.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::mail;

BOOST_AUTO_TEST_SUITE(transfer)

BOOST_AUTO_TEST_CASE(base64_is_decoded_with_and_without_padding) {
    BOOST_TEST(from_base64("c2VjcmV0") == "secret");
    BOOST_TEST(from_base64("c2VjcmV0IQ==") == "secret!");
    BOOST_TEST(from_base64("c2VjcmV0IQ") == "secret!");
    BOOST_TEST(from_base64("c2VjcmV0ISE") == "secret!!");
    BOOST_TEST(from_base64("") == "");
    BOOST_TEST(from_base64("c") == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_base64_is_skipped) {
    BOOST_TEST(from_base64("c\n2\r\nV j-c*m\xffV\t0") == "secret");
    BOOST_TEST(from_base64(std::string_view("c2Vj\0cmV0", 9)) == "secret");
}

BOOST_AUTO_TEST_CASE(padding_in_the_middle_ends_a_group_only) {
    BOOST_TEST(from_base64("c2VjcmU=dA==") == "secret");
    BOOST_TEST(from_base64("c2Vj====cmV0") == "secret");
}

BOOST_AUTO_TEST_CASE(quoted_printable_escapes_are_decoded_in_either_case) {
    BOOST_TEST(from_quoted_printable("=73=65cret =c3=A9") == "secret é");
    BOOST_TEST(from_quoted_printable("100=3D") == "100=");
}

BOOST_AUTO_TEST_CASE(soft_line_breaks_vanish) {
    BOOST_TEST(from_quoted_printable("sec=\r\nret") == "secret");
    BOOST_TEST(from_quoted_printable("sec=\nret") == "secret");
    BOOST_TEST(from_quoted_printable("sec= \t\r\nret") == "secret");
    BOOST_TEST(from_quoted_printable("secret=") == "secret");
    BOOST_TEST(from_quoted_printable("secret=  ") == "secret");
}

BOOST_AUTO_TEST_CASE(wrong_escapes_stay) {
    BOOST_TEST(from_quoted_printable("a=b=4") == "a=b=4");
    BOOST_TEST(from_quoted_printable("=xy=zz==41") == "=xy=zz=A");
}

BOOST_AUTO_TEST_CASE(q_has_underscores_for_blanks) {
    BOOST_TEST(from_q("two_words=21=") == "two words!=");
}

BOOST_AUTO_TEST_SUITE_END()
