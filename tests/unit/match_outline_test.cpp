#include "match/outline.h"

#include <boost/test/unit_test.hpp>

#include "match/pattern.h"
#include "unit/written_out.h"

using namespace spillway::match;

namespace {

// The tree as an expression; "-" where there is none.
std::string outline(std::string_view expression, std::string_view flags = "") {
    BOOST_REQUIRE_MESSAGE(Pattern::compile(expression, flags), expression);
    Members members;
    auto tree = outlined(expression, flags, members);
    if (!tree) return "-";
    keep_sure_boundaries(*tree);
    return written_out(*tree);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outline_of_an_expression)

BOOST_AUTO_TEST_CASE(plain_text_stays_as_it_is) {
    BOOST_TEST(outline("abc") == "abc");
    BOOST_TEST(outline("a b.c") == "a\\x20b[\\x00-\\x09\\x0b-\\xff]c");
    BOOST_TEST(outline("a\\.b\\/\\x41\\x{42}\\103\\e") == "-");  // \103 may be a reference
    BOOST_TEST(outline("a\\.b\\/\\x41\\x{42}\\0103\\e") == "a\\x2eb\\x2fAB\\x083\\x1b");
    BOOST_TEST(outline("\\Qa.b\\E{2}\\Q\\E+c") == "a\\x2e(?:b){2,}c");
}

BOOST_AUTO_TEST_CASE(without_regard_to_case_a_letter_is_either) {
    BOOST_TEST(outline("Ca", "i") == "[Cc][Aa]");
    BOOST_TEST(outline("a(?i)b") == "a[Bb]");
    BOOST_TEST(outline("a(?i:B)C") == "a[Bb]C");
}

BOOST_AUTO_TEST_CASE(letters_of_other_scripts_are_their_shadows) {
    BOOST_TEST(outline("é+x", "i") == outline("É+x", "i"));
    BOOST_TEST(outline("é") != outline("ä"));
    BOOST_TEST(outline("\u212aey") == "key");
}

BOOST_AUTO_TEST_CASE(classes_are_the_shadows_of_their_members) {
    BOOST_TEST(outline("x[a-c]y") == "x[a-c]y");
    BOOST_TEST(outline("x[]-]y") == "x[\\x2d\\x5d]y");
    BOOST_TEST(outline("x\\dy") == "x[0-9\\x80\\x82]y");
    BOOST_TEST(outline("x[^\\x00-z]y") == "x[ks\\x7b-\\xff]y");  // the sign for Kelvin, the long s
    BOOST_TEST(outline("x\\Wy") == "x[\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\xff]y");
    BOOST_TEST(outline("x[[:digit:]]y") == "x[0-9\\x80-\\xff]y");
    BOOST_TEST(outline("x\\X\\Ny") == "x(?:.)+[\\x00-\\x09\\x0b-\\xff]y");
}

BOOST_AUTO_TEST_CASE(a_boundary_stays_beside_a_word_of_ascii) {
    BOOST_TEST(outline("\\bfoo\\b") == "\\bfoo\\b");
    BOOST_TEST(outline("(?<!\\w)foo(?!\\w)") == "\\bfoo\\b");
    BOOST_TEST(outline("(?<![\\w.])foo(?![\\w-])") == "\\bfoo\\b");
    BOOST_TEST(outline("(?<![a-z])foo") == "foo");  // é before it is no boundary
    BOOST_TEST(outline("\\b-foo\\b-") == "\\x2dfoo\\b\\x2d");
    BOOST_TEST(outline("\\b(?:foo|bar+)\\b") == "\\b(?:foo|ba(?:r)+)\\b");
    BOOST_TEST(outline("\\bé") == outline("é"));
    BOOST_TEST(outline("\\b\\w+foo") == outline("\\w+foo"));
    BOOST_TEST(outline("\\ba?foo") == "(?:a){0,1}foo");
}

BOOST_AUTO_TEST_CASE(other_assertions_say_nothing) {
    BOOST_TEST(outline("^foo$") == "foo");
    BOOST_TEST(outline("\\Afoo(?=bar)\\z") == "foo");
    BOOST_TEST(outline("(?<=x)foo(?!bar)(?#note)") == "foo");
    BOOST_TEST(outline("fo\\Ko") == "foo");
}

BOOST_AUTO_TEST_CASE(what_a_match_may_do_without_is_known) {
    const auto empty = [](std::string_view expression) {
        Members members;
        return may_be_empty(outlined(expression, "", members).value());
    };
    for (const char* expression : {"foo|", "x*", "", "^$", "(?:a?|b)", "\\b(?:x{0,3})"})
        BOOST_TEST(empty(expression), expression);
    for (const char* expression : {"\\s*foo", "x{3,9}", "(?:a?b|c+)d*"})
        BOOST_TEST(!empty(expression), expression);
}

BOOST_AUTO_TEST_CASE(the_longest_match_is_known) {
    const auto most = [](std::string_view expression) {
        Members members;
        return most_characters(outlined(expression, "", members).value());
    };
    BOOST_TEST(most("^fo\\b(?:o|bar)x?$") == 6u);
    BOOST_TEST(most("(?:ab){2,5}\\R") == 12u);
    BOOST_TEST(most("(?=abc)") == 0u);
    BOOST_TEST(most("a+b") == Outlined::no_end);
    BOOST_TEST(most("(a)\\1") == Outlined::no_end);
    BOOST_TEST(most("(?:a{60000}){60000}{60000}") == Outlined::no_end);
}

BOOST_AUTO_TEST_CASE(references_may_be_any_text) {
    BOOST_TEST(outline("(a+)-\\1-b") == "(?:a)+\\x2d.*\\x2db");
    BOOST_TEST(outline("<(?<n>a)\\k<n>b") == "\\x3ca.*b");
    BOOST_TEST(outline("\\((?R)?x\\)") == "\\x28(?:.*){0,1}x\\x29");
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_has_no_outline) {
    for (const char* expression :
         {"(*UTF)foo", "foo(*ACCEPT)bar", "(a)?(?(1)b|c)", "foo(?C1)", "(?xx)foo", "\\N{U+41}",
          "[[:<:]]foo", "[\\Qab\\E]c", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\10"})
        BOOST_TEST(outline(expression) == "-", expression);
}

BOOST_AUTO_TEST_CASE(extended_expressions_are_read_without_blanks_and_notes) {
    BOOST_TEST(outline("f o o # a note (\n b", "x") == "foob");
    BOOST_TEST(outline("(?x) f + + o [ ]", "") == "(?:f)+o\\x20");
    BOOST_TEST(outline("f o") == "f\\x20o");
}

BOOST_AUTO_TEST_SUITE_END()
