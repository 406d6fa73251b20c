// Writing a field's text, and which addresses a program may be given.
#include <boost/test/unit_test.hpp>

#include "mail/address.h"
#include "mail/encoded_word.h"

namespace spillway {
namespace {

using mail::field_text;

BOOST_AUTO_TEST_SUITE(mail_field_text)

BOOST_AUTO_TEST_CASE(plain_text_is_written_as_it_is) {
    BOOST_TEST(field_text("80% of a limit = used?") == "80% of a limit = used?");
    BOOST_TEST(field_text("") == "");
}

BOOST_AUTO_TEST_CASE(other_text_is_encoded_and_comes_back) {
    for (const std::string text :
         {"Grüße", "é", "ab€", "日本語のとても長い件名、一行には入らない、だから折り返す"}) {
        const std::string value = field_text(text);
        BOOST_TEST(value.starts_with("=?utf-8?B?"));
        BOOST_TEST(mail::decoded_words(value) == text);
        for (std::size_t begin = 0, end = 0; end != value.npos; begin = end + 1) {
            end = value.find('\n', begin);
            BOOST_TEST(value.substr(begin, end - begin).size() <= 76U);
        }
    }
}

BOOST_AUTO_TEST_CASE(text_that_would_be_decoded_is_shown_as_it_is) {
    const std::string text = "=?utf-8?B?Ym9zcw==?=";
    BOOST_TEST(field_text(text) != text);
    BOOST_TEST(mail::decoded_words(field_text(text)) == text);
}

BOOST_AUTO_TEST_CASE(no_text_ends_its_field) {
    using namespace std::string_literals;
    BOOST_TEST(field_text("a\r\nBcc: x\0\x7f"s) == "a??Bcc: x??");
    BOOST_TEST(mail::decoded_words(field_text("\xff\n\xc3")) == "\uFFFD?\uFFFD");
}

BOOST_AUTO_TEST_CASE(plain_addresses_are_those_that_nobody_takes_for_more) {
    for (const char* good : {"postmaster", "ann@a.example", "a.b+c-d_e=f@a-b.example", "_x@y",
                             "bounces+ann=b.example@a.example", "4711@x.example"})
        BOOST_TEST(mail::is_plain_address(good), good);
    for (const char* bad :
         {"",      "@",           "a@",      "@b",    "-oQ/tmp", "-f@b.example", "|/bin/sh",
          "a|b@c", "/etc/passwd", "a@b@c",   "a b@c", "a@b c",   "a\n@b",        "a@b\nBcc: c@d",
          "a,b@c", "<a@b>",       "\"a\"@b", "a%b@c", "a!b@c",   "a@-b",         "a@.b",
          "a@b.",  "a..b@c",      "a.@b",    ".a@b",  "a@b.-c",  "a@[1.2.3.4]",  "ü@b",
          "a@ü",   "a;b@c",       "a(b)@c",  "a:b@c", "a\\b@c"})
        BOOST_TEST(!mail::is_plain_address(bad), bad);
    const std::string x65(65, 'x');
    const std::string x300(300, 'x');
    BOOST_TEST(!mail::is_plain_address(x65 + "@b"));
    BOOST_TEST(!mail::is_plain_address("a@" + x300));
    BOOST_TEST(!mail::is_plain_address(std::string("a\0@b", 4)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
