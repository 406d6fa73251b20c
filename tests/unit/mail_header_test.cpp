#include "mail/header.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::mail;

BOOST_AUTO_TEST_SUITE(mail_header)

BOOST_AUTO_TEST_CASE(names_are_equal_in_any_case) {
    BOOST_TEST(names_equal("Subject", "sUBJECT"));
    BOOST_TEST(!names_equal("Subject", "Subject "));
    BOOST_TEST(!names_equal("k", "\u212a"));
    BOOST_TEST(names_equal("", ""));
}

BOOST_AUTO_TEST_CASE(folding_is_undone) {
    BOOST_TEST(decoded_value(" one\n two\r\n\tthree") == "one two three");
    BOOST_TEST(decoded_value("") == "");
}

BOOST_AUTO_TEST_CASE(encoded_words_are_decoded) {
    BOOST_TEST(decoded_value("=?utf-8?q?caf=C3=A9_au_lait?=") == "café au lait");
    BOOST_TEST(decoded_value("=?UTF-8?B?Y2Fmw6k=?= au lait") == "café au lait");
    BOOST_TEST(decoded_value("=?iso-8859-1*fr?Q?caf=e9?=") == "café");
    BOOST_TEST(decoded_value("=?iso-2022-jp?b?GyRCO3NFRBsoQg==?=") == "雌田");
    BOOST_TEST(decoded_value("=?koi8-r?q?=F0=D2=C9=D7=C5=D4?=") == "Привет");
}

BOOST_AUTO_TEST_CASE(blanks_between_encoded_words_vanish_but_no_others) {
    BOOST_TEST(decoded_value("=?utf-8?q?se?= =?utf-8?q?cret?=") == "secret");
    BOOST_TEST(decoded_value("=?utf-8?q?se?=\n\t =?us-ascii?b?Y3JldA==?=") == "secret");
    BOOST_TEST(decoded_value("=?utf-8?q?a?= b =?utf-8?q?c?=") == "a b c");
    BOOST_TEST(decoded_value("=?utf-8?q?se?==?utf-8?q?cret?=") == "secret");
}

BOOST_AUTO_TEST_CASE(a_character_split_over_two_words_is_one) {
    BOOST_TEST(decoded_value("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=") == "café");
    BOOST_TEST(decoded_value("=?utf-8?b?Y2Fmww?= =?UTF-8?Q?=A9?=") == "café");
}

BOOST_AUTO_TEST_CASE(wrong_encoded_words_are_read_as_lenient_readers_do) {
    BOOST_TEST(decoded_value("pre=?utf-8?q?secret?=post") == "presecretpost");
    BOOST_TEST(decoded_value("\"=?utf-8?q?secret?=\"") == "\"secret\"");
    BOOST_TEST(decoded_value("=?utf-8?q?two words?=") == "two words");
    BOOST_TEST(decoded_value("=?utf-8?q?what?\?=") == "what?");
    BOOST_TEST(decoded_value("=?nonsense?q?caf=C3=A9?=") == "café");
    BOOST_TEST(decoded_value("=?\?q?caf=E9?=") == "café");
    BOOST_TEST(decoded_value("=?utf-8?q?100=?=") == "100=");
}

BOOST_AUTO_TEST_CASE(what_is_no_encoded_word_stays) {
    for (const char* text :
         {"=?utf-8?q?open", "=?utf-8?x?text?=", "=?utf-8?q", "=?", "=?\?=", "=?\?\?=", "=? ?="})
        BOOST_TEST(decoded_value(text) == text);
}

BOOST_AUTO_TEST_CASE(raw_eight_bit_text_is_utf8_or_windows_1252) {
    BOOST_TEST(decoded_value("café") == "café");
    BOOST_TEST(decoded_value("caf\xe9 =?utf-8?q?=C3=A9?=") == "café é");
}

BOOST_AUTO_TEST_CASE(unseen_characters_hide_nothing) {
    BOOST_TEST(decoded_value("=?utf-8?q?se=E2=80=8Bcr=C2=ADet?=") == "secret");
    BOOST_TEST(decoded_value("=?utf-8?q?se=00cr=0Aet?=") == "secr et");
}

// Quadratic code takes minutes for these.
BOOST_AUTO_TEST_CASE(floods_are_read_in_linear_time) {
    std::string words;
    std::string beginnings;
    for (int i = 0; i < 200'000; ++i) {
        words += "=?utf-8?q?a?= ";
        beginnings += "=?a?q?.";
    }
    BOOST_TEST(decoded_value(words).size() == 200'000u);
    BOOST_TEST(decoded_value(beginnings) == beginnings);
    BOOST_TEST(decoded_value(std::string(2'000'000, '=')).size() == 2'000'000u);
}

BOOST_AUTO_TEST_SUITE_END()
