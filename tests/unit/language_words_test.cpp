// Words, numbers and nearness from the policy's text to what its test blocks see.
#include <boost/test/unit_test.hpp>

#include "language_load.h"
#include "policy/evaluate.h"
#include "policy/facts.h"

using namespace spillway;
using language::load_text;
using language::mistakes_in;

namespace {

const std::string phi = "words phi inline [ diabetes, \"high blood pressure = 5\", fever ]\n";

// Whether the condition holds for a message with this body, said by a test block.
void check(const std::string& condition, const std::string& body, bool holds) {
    const std::string policy = phi +
                               "words other inline [ \"x y\" ]\nrule unused { mode off; when "
                               "text has phi or text has other; reject }\nrule r { when " +
                               condition + "; reject }\ntest t { body \"" + body + "\"; expect " +
                               (holds ? "reject" : "accept") + " }\n";
    BOOST_TEST(mistakes_in(policy) == "", condition << " | " << body);
}

void check_mistake(const std::string& condition, const std::string& said) {
    const std::string mistakes = mistakes_in(phi + "rule r { when " + condition + "; reject }\n");
    BOOST_TEST(mistakes.find(said) != std::string::npos, condition << ": " << mistakes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_words)

BOOST_AUTO_TEST_CASE(words_are_found_by_their_name) {
    check("text has phi", "He has DIABETES", true);
    check("text has phi", "prediabetes", false);
    check("text has phi count >= 2", "fever, fever", true);
    check("text has phi count >= 2", "fever", false);
    check("text has phi distinct >= 2", "fever, fever", false);
    check("text has phi distinct >= 2", "fever, diabetes", true);
    check("text has phi weight >= 6", "fever and high blood\\npressure", true);
    check("text has phi weight > 6", "fever and high blood pressure", false);
    check("text has phi count = 1", "fever", true);
    check("text has phi count = 1", "fever fever", false);
    check("not text has phi", "nothing", true);
}

BOOST_AUTO_TEST_CASE(numbers_are_found_by_their_name_and_checked_in_expressions) {
    check("text has card-number", "pay with 4111 1111 1111 1111", true);
    check("text has card-number", "pay with 4111 1111 1111 1112", false);
    check("text has card-number distinct >= 2", "4111111111111111 4111-1111-1111-1111", false);
    check("text has card-number count >= 2", "4111111111111111 4111-1111-1111-1111", true);
    check("text has email distinct >= 2", "a@a.example A@A.example", false);
    check("text has email count >= 2", "a@a.example b@a.example", true);
    check("text =~ /\\b\\d(?:[ -]?\\d){12,18}\\b/ valid luhn count >= 2",
          "4111111111111111, 5555555555554444, 1234567812345678", true);
    check("text =~ /\\b\\d(?:[ -]?\\d){12,18}\\b/ valid luhn count >= 3",
          "4111111111111111, 5555555555554444, 1234567812345678", false);
}

BOOST_AUTO_TEST_CASE(things_are_found_near_each_other) {
    check("text has nz-nhi within 3 words of phi", "fever of patient ZAC5361", true);
    check("text has nz-nhi within 2 words of phi", "fever of patient ZAC5361", false);
    check("text has phi within 2 words of /MRN *\\d+/", "MRN 123456: diabetes", true);
    check("text has phi within 2 words of \"patient record\"", "the patient record: fever", true);
    check("text =~ /MRN *\\d+/ within 2 words of card-number", "MRN 1, 4111111111111111", true);
    check("text has phi within 5 words of other distinct >= 2", "fever x y diabetes", true);
    check("text has phi within 5 words of other distinct >= 2", "fever x y fever", false);
    check("text has \"a b\" within 1 words of phi", "a b fever", true);
}

// Cyrillic letters that look like Latin ones.
BOOST_AUTO_TEST_CASE(words_are_folded_with_the_text) {
    const std::string fever = "f\xD0\xB5v\xD0\xB5r", diabetes = "di\xC3\xA1\x62\xC3\xABtes";
    check("text has phi", fever, false);
    check("folded text has phi", fever, true);
    check("folded text has phi distinct >= 2", fever + " " + diabetes, true);
    check("folded text has phi weight >= 5", "h\xC3\xAFgh blood pressure", true);
    check("folded text has \"" + fever + "\" count >= 2", "fever " + fever, true);
    check("folded text has [ \"" + fever + "\", \"x y\" ] distinct >= 2", "fever X Y", true);
    check("folded text has \"f\xC3\xA9ver\" within 1 words of phi", fever + " " + diabetes, true);
    check_mistake("folded text has phi and folded text has cures", "unknown words \"cures\"");
    const std::string mistakes = mistakes_in(
        "words w inline [ \"caf\xC3\xA9 = 2\", \"cafe = 3\" ]\n"
        "rule r { when folded text has w; reject }\n");
    BOOST_TEST(mistakes.find("of w, folded: ") != std::string::npos, mistakes);
}

BOOST_AUTO_TEST_CASE(phrases_in_quotes_and_lists_are_what_they_were) {
    check("text has \"phi\"", "the phi", true);
    check("text has [ viagra, \"phi\" ]", "phi", true);
    check("text has [ viagra, casino ] count >= 3", "casino casino viagra", true);
    check("text has [ viagra, casino ] distinct >= 2", "casino casino", false);
}

BOOST_AUTO_TEST_CASE(mistakes_say_what_was_meant) {
    check_mistake("text has phy", "unknown words \"phy\", did you mean \"phi\"?; a phrase stands");
    check_mistake("text has card-numbr", "did you mean \"card-number\"?");
    check_mistake("text has [ phi, x ]", "\"phi\" is the name of words or numbers");
    check_mistake("text =~ /x/ valid ibn", "did you mean \"iban\"?");
    check_mistake("text =~ /x/ weight >= 2", "only the entries of a list of words have a weight");
    check_mistake("text has phi within 0 words of iban", "expected 1 to 1000 words, got 0");
    check_mistake("text has phi within 5 of iban", "expected \"within 5 words of\"");
    check_mistake("text has phi within 5 words of /(/", "regular expression");
    check_mistake("text has phi distinct", "expected a comparison such as \">= 2\"");
    check_mistake("from has phi", "\"has\" looks for words in texts such as");
    check_mistake("any subject has phi",
                  "\"any\" goes with from, sender, reply-to, resent-from and rcpt only");
}

BOOST_AUTO_TEST_CASE(word_files_are_read_and_their_mistakes_told_in_their_lines) {
    const std::string rule =
        "words w file lists/w\nrule r { when text has w weight >= 7; reject }\n";
    const std::string tests =
        "test t { body \"alpha beta gamma\"; expect reject }\n"
        "test u { body \"alpha gamma\"; expect accept }\n";
    BOOST_TEST(mistakes_in(rule + tests, {{"lists/w",
                                           "\xEF\xBB\xBF# ours\r\nAlpha = 2 # light\r\n\r\nBETA "
                                           "gamma = 5\r\n"}}) == "");
    BOOST_TEST(mistakes_in(rule, {{"lists/w", "a\nb = x\n\"c\nA = 2\n"}}) ==
               "lists/w:2:1: error: expected a weight of 1 to 1000000 after \"=\", got \"x\"; a "
               "phrase with a \"=\" stands in quotes\n"
               "lists/w:3:1: error: a quoted phrase without its closing quote\n"
               "lists/w:4:1: error: \"A\" has the weight 1 already\n");
    BOOST_TEST(mistakes_in(rule) == "p.conf:1:14: error: lists/w: No such file or directory\n");
    BOOST_TEST(mistakes_in(rule, {{"lists/w", "\xff"}}) ==
               "lists/w:1:1: error: the file is not UTF-8\n");
    BOOST_TEST(mistakes_in(rule, {{"lists/w", "# none\n"}}) ==
               "p.conf:1:14: warning: a list without any words is never found\n");
}

BOOST_AUTO_TEST_CASE(a_file_of_nothing_but_mistakes_is_given_up) {
    std::string file;
    for (int i = 0; i < 1000; ++i) file += "x =\n";
    const auto generation =
        load_text("words w file w\nrule r { when text has w; reject }\n", {{"w", file}});
    BOOST_TEST(generation.diagnostics.all().size() == 21);
    BOOST_TEST(!generation.policy);
}

BOOST_AUTO_TEST_CASE(names_of_words_are_declared_once_and_used) {
    BOOST_TEST(
        mistakes_in(
            "words w inline [ a ]\nwords w inline [ b ]\nrule r { when text has w; reject }\n") ==
        "p.conf:2:7: error: a second list of words \"w\"; the first is at p.conf:1\n");
    BOOST_TEST(mistakes_in("words w inline [ a ]\nrule r { when auth; reject }\n") ==
               "p.conf:1:7: warning: words \"w\" are not used\n");
    BOOST_TEST(mistakes_in("words iban inline [ a ]\nrule r { when text has iban; reject }\n") ==
               "p.conf:1:7: error: \"iban\" is the name of numbers that are known without being "
               "declared\n");
}

BOOST_AUTO_TEST_CASE(what_was_found_is_reported_masked_and_only_of_rules_that_matched) {
    const auto generation =
        load_text(phi +
                  "rule both { when text has phi and text has card-number; reject }\n"
                  "rule half { when text has phi and text has iban; reject }\n"
                  "rule cards { mode audit; when text =~ /4[\\d ]+\\d/ valid luhn; reject }\n");
    BOOST_REQUIRE(generation.policy);
    policy::Message message;
    message.bytes = "From: a@a.example\r\n\r\ndiabetes\r\n4111 1111 1111 1111\r\n";
    policy::Facts facts(*generation.policy, message);
    facts.report_all = true;
    std::vector<std::string> told;
    for (const auto& rule : policy::questions(facts).so_far.rules)
        for (const auto& find : rule.finds) told.push_back(rule.rule + ": " + find);
    BOOST_TEST(told == (std::vector<std::string>{"both: phi d…s", "both: card-number 41…11"}));
}

BOOST_AUTO_TEST_CASE(what_was_not_read_may_hold_more_words) {
    const auto generation =
        load_text("text-limit 1K\n" + phi + "rule r { when text has phi count >= 2; reject }\n");
    BOOST_REQUIRE(generation.policy);
    const std::string bytes =
        "From: a@a.example\r\n\r\nfever\r\n" + std::string(2000, 'x') + " fever\r\n";
    policy::Message message;
    message.bytes = bytes;
    policy::Facts facts(*generation.policy, message);
    facts.report_all = true;
    BOOST_TEST((policy::questions(facts).so_far.rules.at(0).matched == match::Match::cannot_tell));
}

BOOST_AUTO_TEST_SUITE_END()
