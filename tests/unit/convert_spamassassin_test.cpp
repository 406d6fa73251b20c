#include "convert/spamassassin.h"

#include <algorithm>

#include "convert/meta.h"
#include "convert/spamassassin_rules.h"
#include "language_load.h"

using namespace spillway;
using namespace spillway::convert;

namespace {

Converted imported(const std::string& text) { return from_spamassassin({{"a.cf", text}}); }

// The condition of a rule, or why there is none in brackets.
std::string condition_of(const std::string& text, const std::string& name) {
    const Converted converted = imported(text);
    const auto rule = std::ranges::find(converted.rules, name, &Rule::name);
    if (rule != converted.rules.end()) return rule->when;
    const auto remark = std::ranges::find(converted.remarks, name, &Remark::about);
    return remark == converted.remarks.end() ? "[nothing]" : "[" + remark->why + "]";
}

std::string condition_of(const std::string& definition) {
    const std::size_t begin = definition.find(' ') + 1;
    return condition_of(definition, definition.substr(begin, definition.find(' ', begin) - begin));
}

std::string meta(const std::string& expression) {
    const auto condition =
        meta_condition(expression, [](const std::string& name) { return name == "MANY"; });
    return condition ? condition->condition : "[" + condition.error() + "]";
}

// How many mistakes the language finds, and that each verdict of the tests within is right.
std::string mistakes_in(const std::string& policy) {
    const auto generation = language::load("main", language::files_of({{"main", policy}}));
    std::string all;
    for (const auto& one : generation.diagnostics.all()) all += one.message + "\n";
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rules_of_spamassassin)

BOOST_AUTO_TEST_CASE(each_kind_of_rule_asks_for_its_text) {
    BOOST_TEST(condition_of("body A /buy now/i") ==
               "subject =~ /buy\\snow/ims or text =~ /buy\\snow/ims");
    BOOST_TEST(condition_of("rawbody A /<a>.*b/") == "html =~ /<a>.*b/m or text =~ /<a>.*b/m");
    BOOST_TEST(condition_of("full A /^X: y z/m") == "raw =~ /^X: y z/m");
    BOOST_TEST(condition_of("uri A m{^http://a/}i") == "links =~ /^http:\\/\\/a\\//i");
    BOOST_TEST(condition_of("header A X-Foo =~ /a/") == "header X-Foo =~ /a/");
    BOOST_TEST(condition_of("header A exists:X-Foo") == "header X-Foo exists");
    BOOST_TEST(condition_of("header A exists:ToCc") == "header To exists or header Cc exists");
    BOOST_TEST(condition_of("body A /\\Aa[Az]\\z|b\\Z/s") ==
               "subject =~ /^a[Az]$|b$/sm or text =~ /^a[Az]$|b$/sm");
    BOOST_TEST(condition_of("body A /a/\ntflags A nosubject", "A") == "text =~ /a/ms");
    BOOST_TEST(condition_of("header A EnvelopeFrom =~ /a/") == "mail-from =~ /a/");
    BOOST_TEST(condition_of("header A From:addr =~ /^a@/") == "from =~ /^a@/");
    BOOST_TEST(condition_of("header A ToCc !~ /a/") ==
               "not (header To =~ /a/ or header Cc =~ /a/)");
}

BOOST_AUTO_TEST_CASE(a_missing_field_is_the_text_that_stands_for_it) {
    BOOST_TEST(condition_of("header A X-Foo =~ /^$/") ==
               "header X-Foo =~ /^$/ or (not header X-Foo exists)");
    BOOST_TEST(condition_of("header A X-Foo =~ /^U/ [if-unset: UNSET]") ==
               "header X-Foo =~ /^U/ or (not header X-Foo exists)");
    BOOST_TEST(condition_of("header A X-Foo =~ /^$/ [if-unset: UNSET]") == "header X-Foo =~ /^$/");
}

BOOST_AUTO_TEST_CASE(what_has_no_counterpart_is_left_out_with_its_reason) {
    for (const char* rule :
         {"body A eval:check_bayes()", "header A ALL =~ /a/",
          "header A X-Spam-Relays-External =~ /a/", "header A To:addr =~ /^a/",
          "header A Subject:raw =~ /=\\?utf/", "mimeheader A B =~ /a/", "header A nonsense",
          "header A B:first =~ /a/", "body A /(/", "body A-B /a/"}) {
        BOOST_TEST(condition_of(rule).front() == '[', rule);
        BOOST_TEST(!imported(rule).complete(), rule);
    }
    BOOST_TEST(condition_of("body A /<B>/\nreplace_rules A", "A").find("replace_tag") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(metas_ask_for_tags_with_perls_precedence) {
    BOOST_TEST(meta("A && !B || C") == "((tag A and (not tag B)) or tag C)");
    BOOST_TEST(meta("A&&(B||C)") == "(tag A and (tag B or tag C))");
    BOOST_TEST(meta("1") == "size >= 0");
    BOOST_TEST(meta("A && 0") == "size < 0");
}

BOOST_AUTO_TEST_CASE(sums_become_all_ways_to_reach_them) {
    BOOST_TEST(meta("A + B + C > 1") ==
               "((tag A and tag B) or (tag A and tag C) or (tag B and tag C))");
    BOOST_TEST(meta("(A + B) == 1") == "((tag A or tag B) and (not (tag A and tag B)))");
    BOOST_TEST(meta("1 < A + B") == "(tag A and tag B)");
    BOOST_TEST(meta("A + 1 >= 1") == "size >= 0");
    BOOST_TEST(meta("A > 1") == "size < 0");
    BOOST_TEST(meta("MANY > 0") == "tag MANY");
}

BOOST_AUTO_TEST_CASE(metas_that_count_or_calculate_are_refused) {
    for (const char* expression : {"MANY > 1", "A * 2 > 1", "A > B", "A &&", "(A", "A B", "f(A)",
                                   "A + MANY >= 2", "", "99999999999999999999 > A", "A $ B"}) {
        BOOST_TEST(meta(expression).front() == '[', expression);
    }
    BOOST_TEST(meta(std::string(100'000, '(')).front() == '[');
    BOOST_TEST(meta(std::string(100'000, '!')).front() == '[');
    std::string sum = "A0";
    for (int i = 1; i < 40; ++i) sum += " + A" + std::to_string(i);
    BOOST_TEST(meta(sum + " > 19").front() == '[');
}

BOOST_AUTO_TEST_CASE(a_rule_comes_behind_those_it_asks_for_and_circles_are_left_out) {
    const Converted converted =
        imported("meta A B && C\nmeta B C\nbody C /c/\nmeta X Y\nmeta Y X\nmeta Z NONE\n");
    std::vector<std::string> names;
    for (const Rule& rule : converted.rules) names.push_back(rule.name);
    BOOST_TEST((names == std::vector<std::string>{"C", "B", "A"}));
    BOOST_TEST(converted.found == 6u);
    BOOST_TEST(converted.carried == 3u);
    BOOST_TEST(converted.remarks.size() == 3u);
    BOOST_TEST(converted.remarks[2].why == "asks for NONE, which is in none of these files");
    BOOST_TEST(converted.remarks[2].line == 6u);
}

BOOST_AUTO_TEST_CASE(only_a_rule_that_reaches_the_score_alone_holds) {
    const Converted converted = imported(
        "body A /a/\nscore A 1 2 3 6.5\ndescribe A What \"it\" is 100%{x}\n"
        "body B /b/\nscore B 4.9\nbody C /c/\nscore C 0\n");
    BOOST_REQUIRE(converted.rules.size() == 3u);
    BOOST_TEST(converted.rules[2].name == "hold-A");
    BOOST_TEST(converted.rules[2].actions[0] == "quarantine \"A: What \\\"it\\\" is 100%(x}\"");
    BOOST_TEST(converted.remarks.size() == 1u);
    BOOST_TEST(mistakes_in(policy_text(converted)) == "");
}

BOOST_AUTO_TEST_CASE(conditional_parts_are_those_of_version_4_with_all_plugins) {
    BOOST_TEST(*holds_here("version >= 3.004002"));
    BOOST_TEST(!*holds_here("(version < 4.000000) || !plugin(A::B)"));
    BOOST_TEST(*holds_here("can(A::b) && !(!has(C))"));
    for (const char* text : {"", "version", "perl_version > 5", "(", "plugin", "plugin(A", "a b"}) {
        BOOST_TEST(!holds_here(text).has_value(), text);
    }
    BOOST_TEST(!holds_here(std::string(100'000, '!')).has_value());
    BOOST_TEST(condition_of("if !plugin(A)\nbody A /a/\nelse\nbody A /b/ # c\nendif\n", "A") ==
               "subject =~ /b/ms or text =~ /b/ms");
}

BOOST_AUTO_TEST_CASE(the_rules_find_what_they_found) {
    const Converted converted = imported(
        "body __A /cheap pills/i\nheader __B Subject =~ /offer/\nuri __C /evil\\.example/\n"
        "meta SPAM (__A + __B + __C > 1)\nscore SPAM 6\n");
    BOOST_TEST(mistakes_in(policy_text(converted) + R"(
test "two of three" {
    header Subject "an offer"
    body "cheap"
    body "Pills"
    expect quarantine rule hold-SPAM
    expect tag __A
}
test "one of three" { body "see http://evil.example/"; expect accept; expect tag __C }
)") == "");
}

BOOST_AUTO_TEST_CASE(what_test_lines_say_becomes_test_blocks) {
    const Converted converted = imported(
        "body A /a \"b\" %/\nheader B ToCc =~ /b/\nheader C From:addr =~ /^c@/\nuri D "
        "/^http:.*d$/\n"
        "header E EnvelopeFrom =~ /^e@/\nrawbody F /<f>/\nheader G X-G !~ /g/\n"
        "test A ok say a \"b\" %{rule}\ntest A fail a\\nb\ntest B ok bob@b.example\n"
        "test C ok c@c.example\ntest C fail Ann <a@c.example>\ntest D ok http://x/d\n"
        "test E ok e@e.example\ntest F ok <p><f>x\ntest G fail gg\ntest G ok\n");
    BOOST_TEST(converted.complete());
    BOOST_TEST(converted.tests_found == 10u);
    BOOST_REQUIRE(converted.tests.size() == 10u);
    BOOST_TEST(converted.tests[1].name == "A 2");
    BOOST_TEST(converted.tests[2].lines[0] == "header To \"bob@b.example\"");
    BOOST_TEST(mistakes_in(policy_text(converted)) == "");
}

BOOST_AUTO_TEST_CASE(a_rule_that_does_not_do_what_its_test_says_is_refused) {
    for (const char* text : {"body A /a/\ntest A fail cat\n", "body A /a/\ntest A ok dog\n"}) {
        BOOST_TEST(mistakes_in(policy_text(imported(text))).find("\"A 1\" failed") !=
                   std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(tests_that_cannot_be_carried_are_told) {
    const Converted converted = imported(
        "body A /a/\nmeta B A\nheader C exists:C\ntest A ok \x01\ntest A ok \xff\ntest B ok a\n"
        "test C ok a\ntest D ok a\ntest A maybe a\n");
    BOOST_TEST(converted.tests_found == 5u);
    BOOST_TEST(converted.tests.empty());
    std::string all;
    for (const Remark& remark : converted.remarks) all += remark.why + "\n";
    BOOST_TEST(all ==
               "the text is not UTF-8, or has control characters\n"
               "the text is not UTF-8, or has control characters\n"
               "tests B, which is not about a text\ntests C, which is not about a text\n"
               "tests D, which is not carried\nis not complete\n");
}

BOOST_AUTO_TEST_CASE(hostile_files_do_no_harm) {
    for (const std::string& text :
         {std::string("endif\nelse\nif\nifplugin\nbody\nbody A\nmeta A\nscore\ndescribe\n"),
          std::string("header A [if-unset:]\nheader B =~\nheader C =~ m\nheader :: =~ /a/\n"),
          std::string("body A /a/\0b\nrule x { discard }\n", 32),
          std::string("describe A \x1b[31m }\nbody A /a/\ndescribe A \xff\xfe\n"),
          std::string("score A nan inf 1e999\nbody A /a/\n"), std::string(100'000, 'i'),
          std::string("\\#\\#")}) {
        BOOST_TEST(mistakes_in(policy_text(imported(text))) == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()
