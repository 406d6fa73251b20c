#include "match/pattern.h"

#include <chrono>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace spillway::match;

namespace spillway::match {
std::ostream& boost_test_print_type(std::ostream& out, Match match) {
    return out << (match == Match::yes ? "yes" : match == Match::no ? "no" : "cannot tell");
}
}  // namespace spillway::match

namespace {

Match search(std::string_view expression, std::string_view subject, std::string_view flags = "") {
    return Pattern::compile(expression, flags).value().search(subject);
}

std::int64_t count(std::string_view expression, std::string_view subject,
                   std::int64_t enough = 1'000'000) {
    return Pattern::compile(expression, "").value().count(subject, enough).found;
}

bool phrase_is_in(std::string_view words, std::string_view subject) {
    return Pattern::phrase(words).search(subject) == Match::yes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern)

BOOST_AUTO_TEST_CASE(not_leaves_cannot_tell_alone) {
    BOOST_TEST(!Match::yes == Match::no);
    BOOST_TEST(!Match::no == Match::yes);
    BOOST_TEST(!Match::cannot_tell == Match::cannot_tell);
}

BOOST_AUTO_TEST_CASE(a_match_is_found_wherever_it_begins) {
    for (std::size_t before : {0, 1, 510, 511, 512, 513, 1023, 1024, 1000, 65535}) {
        const std::string subject = std::string(before, '.') + "needle";
        BOOST_TEST(search("needle", subject) == Match::yes, before);
        BOOST_TEST(search("(?<=\\.)needle$|^needle", subject) == Match::yes, before);
        BOOST_TEST(search("needles", subject) == Match::no, before);
    }
    BOOST_TEST(search("a", "") == Match::no);
    BOOST_TEST(search("^$", "") == Match::yes);
    BOOST_TEST(search("\\z", std::string(512, 'x')) == Match::yes);
    BOOST_TEST(search("", std::string_view()) == Match::yes);
}

BOOST_AUTO_TEST_CASE(a_match_longer_than_a_window_is_found) {
    const std::string long_word = "<" + std::string(10'000, 'x') + ">";
    BOOST_TEST(search("<x+>", std::string(100, ' ') + long_word) == Match::yes);
}

BOOST_AUTO_TEST_CASE(flags_mean_what_they_mean_elsewhere) {
    BOOST_TEST(search("ÄPFEL", "äpfel", "i") == Match::yes);
    BOOST_TEST(search("a.b", "a\nb") == Match::no);
    BOOST_TEST(search("a.b", "a\nb", "s") == Match::yes);
    BOOST_TEST(search("^b", "a\nb") == Match::no);
    BOOST_TEST(search("^b", "a\nb", "m") == Match::yes);
    BOOST_TEST(search("a b # words", "ab", "x") == Match::yes);
    BOOST_TEST(Pattern::compile("a", "g").error().message ==
               "unknown flag \"g\", expected i, s, m or x");
}

BOOST_AUTO_TEST_CASE(a_mistake_says_where_and_what) {
    const auto mistake = Pattern::compile("abc(def", "").error();
    BOOST_TEST(mistake.offset == 7u);
    BOOST_TEST(mistake.message == "missing closing parenthesis");
    BOOST_TEST(!Pattern::compile("a\\Cb", ""));
    BOOST_TEST(!Pattern::compile("\xff", ""));
}

BOOST_AUTO_TEST_CASE(digits_and_words_are_those_of_all_scripts) {
    BOOST_TEST(search("^\\w+$", "žluťoučký") == Match::yes);
    BOOST_TEST(search("^\\d+$", "٣٤") == Match::yes);
}

// Plain ASCII is searched with a code of its own: it must say what the one for all of Unicode says.
BOOST_AUTO_TEST_CASE(ascii_subjects_are_read_as_unicode_reads_them) {
    std::string all;
    for (char c = 1; c < 0x7f; ++c) all += c;
    const std::string subjects[] = {all, "Kelvin K and k, ss and s\n", "  12-34\r\n\tfoo_bar\v",
                                    ""};
    const char* expressions[] = {
        "\\w+",          "\\W",          "\\d{2}",       "\\D+",         "\\s+",        "\\S+",
        "\\bfoo",        "[[:punct:]]+", "[[:graph:]]+", "[[:print:]]+", "[[:cntrl:]]", "[^a-z]",
        "\\R",           "\\h",          "\\v",          "\\p{Lu}",      "\\p{L}+",     "\\X",
        "[\\x80-\\xff]", "(?i)KELVIN",   "^.",           "\\N+$"};
    for (const std::string& subject : subjects) {
        for (const char* expression : expressions) {
            for (const char* flags : {"", "i", "sm"}) {
                const Pattern pattern = Pattern::compile(expression, flags).value();
                // These verbs make both codes those of Unicode.
                const Pattern same =
                    Pattern::compile(std::string("(*UTF)(*UCP)") + expression, flags).value();
                BOOST_TEST(pattern.count(subject, 1000).found == same.count(subject, 1000).found,
                           expression << " /" << flags);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(megabytes_of_plain_text_are_searched_within_the_budget) {
    std::string text;
    while (text.size() < 8'000'000) text += "call 555-0100 on day 23, item 4 of 17\n";
    BOOST_TEST(search("\\b\\d{4}[ -]?\\d{4}[ -]?\\d{4}\\b", text) == Match::no);
}

BOOST_AUTO_TEST_CASE(invalid_utf8_hides_no_match) {
    BOOST_TEST(search("secret", "\xff\xfe secret \xc3") == Match::yes);
    BOOST_TEST(search("secret", std::string(511, 'x') + "\xe2\x82" + "secret") == Match::yes);
    BOOST_TEST(search("secret", std::string(2000, '\x80') + "secret") == Match::yes);
    BOOST_TEST(count("é", std::string(510, 'x') + "éé" + "\xc3" + "é") == 3);
}

BOOST_AUTO_TEST_CASE(nul_characters_are_characters) {
    const std::string subject("a\0secret", 8);
    BOOST_TEST(search("secret", subject) == Match::yes);
    BOOST_TEST(search("a\\x00s", subject) == Match::yes);
}

BOOST_AUTO_TEST_CASE(matches_are_counted_without_overlap_up_to_enough) {
    BOOST_TEST(count("aa", "aaaaa") == 2);
    BOOST_TEST(count("\\d", std::string(1000, '7')) == 1000);
    BOOST_TEST(count("\\d", std::string(1000, '7'), 3) == 3);
    BOOST_TEST(count("\\d", "", 3) == 0);
    BOOST_TEST(count("b", "aaa", 0) == 0);
}

BOOST_AUTO_TEST_CASE(empty_matches_are_counted_once_a_place) {
    BOOST_TEST(count("x*", "axb") == 4);  // as Perl does: "", "x", "", ""
    BOOST_TEST(count("", "äb") == 3);
    BOOST_TEST(count("(?=a)", "aaa") == 3);
    BOOST_TEST(count("a\\Kb|a", "aab") == 2);
    BOOST_TEST(count("\\b", "one two") == 4);
}

// Not a measurement: a search without budget would take hours here.
BOOST_AUTO_TEST_CASE(a_pattern_that_explodes_cannot_tell_and_does_so_soon) {
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(search("(a+)+$", std::string(40, 'a') + "!") == Match::cannot_tell);
    BOOST_TEST(search("(a|aa)+$", std::string(100'000, 'a') + "!") == Match::cannot_tell);
    BOOST_TEST(search("(x+x+)+y", std::string(5'000, 'x')) != Match::yes);
    BOOST_TEST(search("a+[bc]", std::string(1'000'000, 'a')) == Match::cannot_tell);
    BOOST_TEST(search("(.*)(.*)(.*)(.*)[^\\s\\S]", std::string(10'000, 'a')) == Match::cannot_tell);
    BOOST_TEST(Pattern::compile("(a+)+$", "").value().count(std::string(60, 'a') + "!", 5).gave_up);
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_match_before_the_budget_runs_out_is_a_match) {
    BOOST_TEST(search("(a+)+$", "aaa") == Match::yes);
    BOOST_TEST(search("(a+)+b", std::string(1'000, 'a') + "b") == Match::yes);
}

BOOST_AUTO_TEST_CASE(deep_recursion_of_a_pattern_is_no_crash) {
    const std::string open(100'000, '(');
    BOOST_TEST(search("^(\\((?1)*\\))+$", open) != Match::yes);
    BOOST_TEST(search("^(?:(a)|b)*$", std::string(1'000'000, 'a')) != Match::no);
}

BOOST_AUTO_TEST_CASE(one_pattern_serves_many_threads) {
    const Pattern pattern = Pattern::compile("(\\w+)@(\\w+)", "i").value();
    std::array<std::int64_t, 4> found{};
    std::vector<std::thread> threads;
    for (std::int64_t& each : found)
        threads.emplace_back([&pattern, &each] {
            for (int i = 0; i < 200; ++i) each += pattern.count("a@b c@d", 10).found;
        });
    for (std::thread& thread : threads) thread.join();
    for (const std::int64_t each : found) BOOST_TEST(each == 400);
}

BOOST_AUTO_TEST_CASE(a_phrase_is_whole_words_in_any_case) {
    BOOST_TEST(phrase_is_in("bank account", "Your BANK Account."));
    BOOST_TEST(phrase_is_in("bank account", "bank \n\t account"));
    BOOST_TEST(!phrase_is_in("bank account", "bankaccount"));
    BOOST_TEST(!phrase_is_in("bank", "banker"));
    BOOST_TEST(!phrase_is_in("bank", "ebank"));
    BOOST_TEST(!phrase_is_in("bank", "bänk"));
    BOOST_TEST(!phrase_is_in("bank", "übank"));
    BOOST_TEST(phrase_is_in("straße", "STRAẞE"));
}

BOOST_AUTO_TEST_CASE(a_phrase_is_taken_literally) {
    BOOST_TEST(phrase_is_in("C++ (new)", "some c++ (New) code"));
    BOOST_TEST(!phrase_is_in("a.b", "axb"));
    BOOST_TEST(phrase_is_in("$100", "for $100 only"));
    BOOST_TEST(!phrase_is_in("$100", "for $1000 only"));
    BOOST_TEST(phrase_is_in("\\E[a]", "x \\E[a]"));
    BOOST_TEST(Pattern::phrase("C++ (new)").source() == "C++ (new)");
}

BOOST_AUTO_TEST_CASE(a_phrase_is_read_as_the_text_it_looks_for) {
    BOOST_TEST(phrase_is_in("ﬁnance", "finance"));
    BOOST_TEST(phrase_is_in("  two\u00a0 words ", "two words"));
    BOOST_TEST(!phrase_is_in("", "anything"));
    BOOST_TEST(!phrase_is_in("  ", "  "));
}

BOOST_AUTO_TEST_SUITE_END()
