#include <boost/test/unit_test.hpp>

#include "mail/text.h"

using namespace spillway::mail;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(mail_readable)

BOOST_AUTO_TEST_CASE(white_space_is_folded_line_by_line) {
    BOOST_TEST(readable("  one \t two  \r\n\r\n three \r four\v5") == "one two\n\nthree\nfour 5");
    BOOST_TEST(readable("é \u00a0\u2003é\u2028é") == "é é\né");
    BOOST_TEST(readable("") == "");
    BOOST_TEST(readable(" \t ") == "");
}

BOOST_AUTO_TEST_CASE(what_nobody_sees_is_gone) {
    BOOST_TEST(readable("s\u200be\u00adc\u2060r\ufeffe\u034ft") == "secret");
    BOOST_TEST(readable("\u2060se\u200dcret\ufe0f\U000e0041") == "secret");
    BOOST_TEST(readable("s\0e\1c\x7fret"s) == "secret");
    BOOST_TEST(readable("s\0e\u0085c"s) == "se\nc");
}

BOOST_AUTO_TEST_CASE(compatibility_forms_are_folded) {
    BOOST_TEST(readable("ｓｅｃｒｅｔ") == "secret");
    BOOST_TEST(readable("𝓼𝓮𝓬𝓻𝓮𝓽 ⓢⓔⓒ ﬁ ①") == "secret sec fi 1");
    BOOST_TEST(readable("e\u0301") == "é");
    BOOST_TEST(readable("e\u200b\u0301") == "é");
}

BOOST_AUTO_TEST_CASE(invalid_utf8_becomes_replacement_characters) {
    BOOST_TEST(readable("a\xff"s + "b") == "a\uFFFDb");
    BOOST_TEST(readable("\xe2\x82 \xc0\xaf \xed\xa0\x80") ==
               "\uFFFD \uFFFD\uFFFD \uFFFD\uFFFD\uFFFD");
    BOOST_TEST(readable("a\xc3") == "a\uFFFD");
}

BOOST_AUTO_TEST_CASE(what_is_readable_stays_as_it_is) {
    for (const char* text : {"one two\n\nthree", "žluťoučký kůň", "´ x ¨\n¸", "안녕", "a\uFFFDb"})
        BOOST_TEST(readable(readable(text)) == readable(text));
}

BOOST_AUTO_TEST_CASE(ascii_and_other_text_are_treated_alike) {
    const std::string odd = "\x01 a\r\r\n\tb\x7f \v c \f\n";
    BOOST_TEST(readable(odd + "é") == readable(odd) + "é");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mail_charset)

BOOST_AUTO_TEST_CASE(named_charsets_are_converted) {
    BOOST_TEST(to_utf8("caf\xe9", "ISO-8859-1") == "café");
    BOOST_TEST(to_utf8("caf\xe9", " \"iso-8859-15\" ") == "café");
    BOOST_TEST(to_utf8("\x93x\x94", "iso-8859-1") == "“x”");
    BOOST_TEST(to_utf8("\xf0\xd2\xc9", "koi8-r") == "При");
    BOOST_TEST(to_utf8("\x1b$B0B\x1b(B!", "iso-2022-jp") == "安!");
    BOOST_TEST(to_utf8("~{1#~}", "hz-gb-2312") == "保");
    BOOST_TEST(to_utf8("\xc4\xe3\xba\xc3", "gb2312") == "你好");
    BOOST_TEST(to_utf8("\xa7\x41\xa6\x6e", "big5") == "你好");
    BOOST_TEST(to_utf8("\xbe\xc8\xb3\xe7", "ks_c_5601-1987") == "안녕");
    BOOST_TEST(to_utf8("+AHM-ecret", "utf-7") == "secret");
    BOOST_TEST(to_utf8("+AHM-ecret", "unicode-1-1-utf-7") == "secret");
    BOOST_TEST(to_utf8("\xa2\x85\x83\x99\x85\xa3", "ibm037") == "secret");
}

BOOST_AUTO_TEST_CASE(wide_encodings_are_read_in_either_order) {
    BOOST_TEST(to_utf8("s\0e\0c\0"s, "utf-16le") == "sec");
    BOOST_TEST(to_utf8("\0s\0e\0c"s, "utf-16be") == "sec");
    BOOST_TEST(to_utf8("s\0e\0c\0"s, "utf-16") == "sec");
    BOOST_TEST(to_utf8("\0s\0e\0c"s, "UTF-16") == "sec");
    BOOST_TEST(to_utf8("s\0\0\0"s, "utf-32") == "s");
    BOOST_TEST(to_utf8("\0\0\0s"s, "utf-32") == "s");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_goes_before_the_label) {
    BOOST_TEST(readable(to_utf8("\xff\xfes\0"s, "us-ascii")) == "s");
    BOOST_TEST(readable(to_utf8("\xfe\xff\0s"s, "utf-8")) == "s");
    BOOST_TEST(readable(to_utf8("\xef\xbb\xbfé", "iso-8859-1")) == "é");
    BOOST_TEST(readable(to_utf8("\xff\xfe\0\0s\0\0\0"s, "")) == "s");
}

BOOST_AUTO_TEST_CASE(names_that_say_nothing_leave_utf8_or_windows_1252) {
    for (const char* name : {"", "us-ascii", "nonsense", "x-unknown", "8bit", "utf-16,version=1"}) {
        BOOST_TEST(to_utf8("café", name) == "café", name);
        BOOST_TEST(to_utf8("caf\xe9", name) == "café", name);
    }
    BOOST_TEST(to_utf8("é", std::string(10'000, 'x')) == "é");
    BOOST_TEST(to_utf8("é", "utf-8\0x"s) == "é");
}

BOOST_AUTO_TEST_CASE(bytes_wrong_in_a_known_charset_are_replaced_and_hide_nothing) {
    BOOST_TEST(to_utf8("\xffsecret\xc3", "utf-8") == "\uFFFDsecret\uFFFD");
    BOOST_TEST(to_utf8("\x81secret", "gb18030").find("ecret") != std::string::npos);
    BOOST_TEST(to_utf8("\xff\xffsecret", "shift_jis").ends_with("secret"));
    BOOST_TEST(to_utf8("\x1b$Bsecret", "iso-2022-jp").size() > 0u);
    BOOST_TEST(to_utf8("", "utf-16") == "");
    BOOST_TEST(to_utf8("x", "utf-16") == "\uFFFD");
}

BOOST_AUTO_TEST_SUITE_END()
