#include "convert/expression.h"

using namespace spillway::convert;

namespace {

// As the language has it, or the mistake in brackets.
std::string from_perl(std::string_view text) {
    const auto pattern = perl_pattern(text);
    if (!pattern) return "[" + pattern.error() + "]";
    const auto literal = written(*pattern);
    return literal ? *literal : "[" + literal.error() + "]";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expressions_of_other_programs)

BOOST_AUTO_TEST_CASE(delimiters_become_slashes_and_slashes_within_are_escaped) {
    BOOST_TEST(from_perl("/a\\/b/i") == "/a\\/b/i");
    BOOST_TEST(from_perl("m{^http://[/]}is") == "/^http:\\/\\/[\\/]/is");
    BOOST_TEST(from_perl("m!\\\\/!") == "/\\\\\\//");
    BOOST_TEST(from_perl("m<a>") == "/a/");
}

BOOST_AUTO_TEST_CASE(flags_that_say_nothing_of_one_match_are_dropped_and_others_refused) {
    BOOST_TEST(from_perl("/a/gio") == "/a/i");
    BOOST_TEST(from_perl("/a/e") == "[the flag \"e\" is not known here]");
}

BOOST_AUTO_TEST_CASE(what_is_no_pattern_is_told) {
    for (const char* text :
         {"", "a", "/", "m", "/a", "m{a", "/(/", "/\\/", "/a/ b", "/\x01/", "/\xff/"}) {
        BOOST_TEST(from_perl(text).front() == '[', text);
    }
}

BOOST_AUTO_TEST_CASE(escaped_bytes_that_are_utf8_become_one_character) {
    BOOST_TEST(with_whole_characters("a\\xC3\\xA9?[\\xc3\\xa9]\\x41") ==
               "a\\x{E9}?[\\xc3\\xa9]\\x41");
    BOOST_TEST(with_whole_characters("\\xf0\\x9f\\x98\\x80") == "\\x{1F600}");
    BOOST_TEST(with_whole_characters("\\xa9") == "\\xa9");
    BOOST_TEST(speaks_of_bytes("[\\xc3]"));
    BOOST_TEST(!speaks_of_bytes("\\x41\\x{E9}"));
}

BOOST_AUTO_TEST_CASE(posix_brackets_hold_plain_backslashes) {
    BOOST_TEST(perl_of_posix("\\<a[\\.]\\.[]\\x]\\>") == "\\ba[\\\\.]\\.[]\\\\x]\\b");
    BOOST_TEST(finds({perl_of_posix("^[[:alpha:]\\]$"), ""}, "\\"));
    BOOST_TEST(!finds({perl_of_posix("^[\\w]$"), ""}, "a"));
}

BOOST_AUTO_TEST_CASE(anchors_within_brackets_or_escaped_are_characters) {
    BOOST_TEST(is_anchored("a$"));
    BOOST_TEST(is_anchored("(?:^a)"));
    BOOST_TEST(is_anchored("\\Aa"));
    BOOST_TEST(!is_anchored("[^$]\\$\\^"));
    BOOST_TEST(with_replaced("a b[ ]\\ c", " ", "\\s") == "a\\sb[ ]\\ c");
    BOOST_TEST(with_replaced("\\Aa\\\\A[\\A]", "\\A", "^") == "^a\\\\A[\\A]");
}

BOOST_AUTO_TEST_SUITE_END()
