#include "convert/postfix_checks.h"

#include <algorithm>

#include "convert/postfix_table.h"
#include "language_load.h"

using namespace spillway;
using namespace spillway::convert;

namespace {

Converted imported(const std::string& text, Part part = Part::header, bool posix = false) {
    return from_postfix_checks({{{"checks", text}, posix}}, part);
}

std::string mistakes_in(const std::string& policy) {
    const auto generation = language::load("main", language::files_of({{"main", policy}}));
    std::string all;
    for (const auto& one : generation.diagnostics.all()) all += one.message + "\n";
    return all;
}

// The first rule as "condition -> action", or the first remark in brackets.
std::string first(const Converted& converted) {
    if (converted.rules.empty()) {
        return converted.remarks.empty() ? "[nothing]" : "[" + converted.remarks[0].why + "]";
    }
    return converted.rules[0].when + " -> " + converted.rules[0].actions[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checks_of_postfix)

BOOST_AUTO_TEST_CASE(a_pattern_on_a_field_is_a_condition_on_it) {
    BOOST_TEST(first(imported("/^Subject:\\s*make money/ REJECT 5.7.9 no spam")) ==
               "subject =~ /^make money/is -> reject 550 5.7.9 \"no spam\"");
    BOOST_TEST(first(imported("/^X-Mailer: .*bulk/i DISCARD")) ==
               "header x-mailer =~ /bulk/s -> discard");
    BOOST_TEST(first(imported("/^X-Spam:/ REJECT")) ==
               "header x-spam exists -> reject 550 5.7.1 \"Message content rejected\"");
    BOOST_TEST(imported("/^(?:From|To|Reply-To): .*a@b/ REJECT").rules.size() == 3u);
}

BOOST_AUTO_TEST_CASE(posix_tables_are_read_as_such) {
    BOOST_TEST(first(imported("/^Subject:[[:space:]]+\\<a[\\.]/ REJECT x", Part::header, true)) ==
               "subject =~ /^\\ba[\\\\.]/is -> reject 550 5.7.1 \"x\"");
    BOOST_TEST(first(imported("/^a:/x REJECT", Part::header, true)).front() == '[');
}

BOOST_AUTO_TEST_CASE(what_has_no_counterpart_is_left_out_with_its_line) {
    for (const char* line :
         {"/viagra/ REJECT", "!/^Subject:/ REJECT", "/^Subject: a|b/ REJECT", "/^Subject: a/",
          "/^Subject: a/ FILTER smtp:x", "/^Subject: a/ REDIRECT a@b", "/^Subject: (/ REJECT",
          "/^Subject: a REJECT", "/^Subject:/ PREPEND nothing", "/^a:/Q REJECT", "/^Su.*:/ REJECT",
          "/^(From|To): (a)\\1/ REJECT", "/^a:/ PREPEND X-Spillway-Quarantine: x"}) {
        const Converted converted = imported(std::string("# comment\n\n") + line + "\n");
        BOOST_TEST(converted.rules.empty(), line);
        BOOST_TEST(!converted.complete(), line);
        BOOST_TEST(converted.remarks.at(0).line == 3u, line);
    }
}

BOOST_AUTO_TEST_CASE(lines_go_on_over_comments) {
    BOOST_TEST(first(imported("/^Subject: a/\n# why\n\n  REJECT\n\tno \"really\" $$5\n")) ==
               "subject =~ /^a/is -> reject 550 5.7.1 \"no \\\"really\\\" $5\"");
}

BOOST_AUTO_TEST_CASE(within_if_both_patterns_hold_for_one_field) {
    const Converted converted = imported(
        "if /^Subject: .*a/\n/^Subject: .*b/ REJECT\n/^To: .*b/ REJECT\nendif\n"
        "if !/^From:/\n/^From: x/ DISCARD\n/^Cc: x/ DISCARD\nendif\n");
    BOOST_REQUIRE(converted.rules.size() == 2u);
    BOOST_TEST(converted.rules[0].when == "subject =~ /b/is and subject =~ /a/is");
    BOOST_TEST(converted.rules[1].when == "header cc =~ /^x/is");
    BOOST_TEST(converted.complete());
    BOOST_TEST(!imported("if /x/\n/^To: a/ REJECT\nendif").complete());
    BOOST_TEST(!imported("endif\nif /^a:/\n").complete());
}

BOOST_AUTO_TEST_CASE(the_first_pattern_that_matches_a_field_decides) {
    BOOST_TEST(
        mistakes_in(policy_text(imported("/^Subject: re:/ DUNNO\n/^Subject: .*money/ REJECT\n"
                                         "/^X-A: b/ HOLD look\n/^X-B: c/ REJECT no\n"
                                         "/^X-C:/ PREPEND X-D: d\n/^X-C:/ REJECT never\n"
                                         "/^X-E:/ WARN seen\n/^X-F:/ IGNORE\n")) +
                    R"(
test "passes" { header Subject "Re: money"; expect accept }
test "refused" { header Subject "money"; expect reject 550 rule header-checks-2 }
test "held" { header X-A b; expect quarantine rule hold-header-checks-3 }
test "refused before held" { header X-A b; header X-B c; expect reject rule header-checks-4 }
test "added" { header X-C x; expect accept; expect header X-D d }
test "warned" { header X-E x; expect accept; expect tag header-checks-7 }
)") == "");
}

BOOST_AUTO_TEST_CASE(bodies_are_searched_by_lines_as_they_were_sent) {
    const Converted converted = imported("/^TVqQ.*A$/i REJECT exe\n/x/ DUNNO\n", Part::body);
    BOOST_TEST(first(converted) == "raw =~ /^TVqQ.*A\\r?$/m -> reject 550 5.7.1 \"exe\"");
    BOOST_TEST(converted.carried == 1u);
    BOOST_TEST(mistakes_in(policy_text(converted) + R"(
test "a line" { body "hello"; body "TVqQxxA"; expect reject rule body-checks-1 }
test "not within" { body "x TVqQxxA"; expect accept }
)") == "");
}

BOOST_AUTO_TEST_CASE(changes_of_meaning_are_told) {
    const Converted converted = imported("/^X-A: b/ IGNORE\n/^Subject: (.*)x/ REJECT no $1\n");
    BOOST_TEST(converted.complete());
    BOOST_TEST(converted.remarks.size() == 2u);
    BOOST_TEST(converted.carried == 2u);
}

BOOST_AUTO_TEST_CASE(names_of_several_tables_differ) {
    const Converted converted = from_postfix_checks(
        {{{"a", "/^A:/ HOLD"}, false}, {{"b", "/^A:/ REJECT"}, true}}, Part::header);
    BOOST_TEST(mistakes_in(policy_text(converted)) == "");
    BOOST_TEST(converted.rules[1].name == "header-checks-2-1");
}

BOOST_AUTO_TEST_CASE(hostile_tables_do_no_harm) {
    for (const std::string& text :
         {std::string("\n \n\t\n#\n"), std::string("  REJECT\n"), std::string("/"),
          std::string("/\\"), std::string("if\nif\nendif\nendif\nendif"), std::string("if !"),
          std::string("/^A:/ REJECT %{rule} \x1b\xff\n"), std::string("/^A: \0/ REJECT", 14),
          std::string("/^:/ REJECT\n/^():/ REJECT\n/^(|A):/ REJECT\n/^A:{/ REJECT\n"),
          "/^A: " + std::string(50'000, '(') + "/ REJECT",
          "/^A:/ REJECT " + std::string(50'000, '%'), "/^" + std::string(1000, 'a') + ":/ HOLD"}) {
        for (const Part part : {Part::header, Part::body}) {
            BOOST_TEST(mistakes_in(policy_text(imported(text, part))) == "");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
