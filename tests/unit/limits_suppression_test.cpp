// Who is not to be written to: entries as values, and the list of this process.
#include "limits/suppression_table.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

const Time noon{1'800'000'000s};  // 2027-01-15 08:00 UTC

Suppression entry(std::string target, Reach reach = Reach::everybody, std::string owner = "") {
    return {.name = {reach, std::move(owner), std::move(target)},
            .cause = Cause::complaint,
            .source = "feedback loop",
            .note = "he wrote: \"stop\"\r\nnow \xF0\x9F\x98\xA0",
            .since = noon};
}

bool stops(const SuppressionTable& table, const char* recipient, const char* account = "acme",
           const char* domain = "shop.example", Time now = noon) {
    return std::holds_alternative<Suppression>(table.find(recipient, account, domain, now));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits_suppression)

BOOST_AUTO_TEST_CASE(an_entry_stops_its_address_in_any_case_and_no_other) {
    SuppressionTable table;
    table.add({entry("ann@else.example")});
    BOOST_TEST(stops(table, "ann@else.example"));
    BOOST_TEST(stops(table, "Ann@else.example"));
    BOOST_TEST(!stops(table, "bob@else.example"));
    BOOST_TEST(!stops(table, "ann@sub.else.example"));
    BOOST_TEST(!stops(table, "else.example"));
}

BOOST_AUTO_TEST_CASE(a_domain_stops_all_its_addresses_but_no_subdomain) {
    SuppressionTable table;
    table.add({entry("else.example")});
    BOOST_TEST(stops(table, "anybody@else.example"));
    BOOST_TEST(!stops(table, "anybody@mx.else.example"));
}

BOOST_AUTO_TEST_CASE(an_entry_of_an_account_or_domain_stops_nobody_elses_mail) {
    SuppressionTable table;
    table.add({entry("a@x.example", Reach::account, "acme"),
               entry("d@x.example", Reach::domain, "shop.example")});
    BOOST_TEST(stops(table, "a@x.example", "acme", "other.example"));
    BOOST_TEST(!stops(table, "a@x.example", "beta", "shop.example"));
    BOOST_TEST(!stops(table, "a@x.example", "beta", "acme"));
    BOOST_TEST(stops(table, "d@x.example", "beta", "shop.example"));
    BOOST_TEST(!stops(table, "d@x.example", "shop.example", "other.example"));
}

BOOST_AUTO_TEST_CASE(the_closest_entry_is_the_one_that_is_told) {
    SuppressionTable table;
    Suppression all = entry("x.example"), own = entry("a@x.example", Reach::domain, "shop.example");
    own.cause = Cause::unsubscribe;
    table.add({all, own});
    const auto told = table.find("a@x.example", "acme", "shop.example", noon);
    BOOST_TEST(in_words(std::get<Suppression>(told)) ==
               "the recipient is suppressed after an unsubscription on 2027-01-15");
}

BOOST_AUTO_TEST_CASE(an_entry_that_has_ended_stops_nobody_and_is_forgotten) {
    SuppressionTable table;
    Suppression one = entry("ann@else.example");
    one.until = noon + 1h;
    table.add({one});
    BOOST_TEST(stops(table, "ann@else.example", "", "", noon + 59min));
    BOOST_TEST(!stops(table, "ann@else.example", "", "", noon + 1h));
    BOOST_TEST(table.behind(std::nullopt, 10, noon + 1h).empty());
    BOOST_TEST(table.size() == 0U);
}

BOOST_AUTO_TEST_CASE(words_that_are_kept_tell_the_same_entry_again) {
    Suppression one = entry("ann@else.example", Reach::account, "uid 33");
    BOOST_TEST((suppression_in(one.name, words_of(one)) == one));
    one.until = noon + 1ms;
    one.source.clear();
    one.note.clear();
    BOOST_TEST((suppression_in(one.name, words_of(one)) == one));
    for (const char* damaged : {"", "complaint", "complaint 1 0 a", "anger 1 0 a b",
                                "complaint x 0 a b", "complaint 1 0 a b c"})
        BOOST_TEST(!suppression_in(one.name, damaged), damaged);
}

BOOST_AUTO_TEST_CASE(the_journal_makes_the_same_list_again) {
    SuppressionTable first, second;
    std::vector<std::string> lines;
    first.journal_to([&](std::string_view line) { lines.emplace_back(line); });
    first.add({entry("a@x.example"), entry("b@x.example", Reach::account, "uid 33"),
               entry("c@x.example", Reach::domain, "shop.example")});
    BOOST_TEST(first.remove(entry("a@x.example").name));
    BOOST_TEST(!first.remove(entry("a@x.example").name));
    BOOST_TEST(lines.size() == 4U);
    for (int twice = 0; twice < 2; ++twice)
        for (const std::string& line : lines) {
            BOOST_TEST(line.back() == '\n');
            const auto done = second.replay(std::string_view(line).substr(0, line.size() - 1));
            BOOST_TEST(done.has_value(), line);
        }
    BOOST_TEST((second.behind(std::nullopt, 9, noon) == first.behind(std::nullopt, 9, noon)));
    BOOST_TEST(second.size() == 2U);
    for (const char* damaged :
         {"", "suppress", "suppress global % a%40x", "forget all % a", "forget global % %",
          "suppress planet % a@x.example manual 1 0 % %", "forget global % a@x.example more"})
        BOOST_TEST(!second.replay(damaged).has_value(), damaged);
}

BOOST_AUTO_TEST_CASE(pages_tell_each_entry_once) {
    SuppressionTable table;
    for (int i = 0; i < 25; ++i) table.add({entry(std::to_string(i) + "@x.example")});
    std::optional<SuppressionName> from;
    std::size_t told = 0;
    while (true) {
        const auto page = table.behind(from, 10, noon);
        if (page.empty()) break;
        for (const Suppression& one : page) BOOST_TEST((!from || *from < one.name));
        told += page.size();
        from = page.back().name;
    }
    BOOST_TEST(told == 25U);
}

BOOST_AUTO_TEST_CASE(targets_are_addresses_and_domains) {
    BOOST_TEST(parse_target("Ann@Else.Example").value() == "ann@else.example");
    BOOST_TEST(parse_target("<ann@else.example>").value() == "ann@else.example");
    BOOST_TEST(parse_target("Else.Example.").value() == "else.example");
    BOOST_TEST(parse_target("m\xC3\xBCller.example").value() == "xn--mller-kva.example");
    for (const char* bad : {"", "ann", "@", "ann@", "@else.example", "a b", "x..y"})
        BOOST_TEST(!parse_target(bad), bad);
    std::string long_one(250, 'a');
    long_one += "@x.example";
    BOOST_TEST(!parse_target(long_one));
}

BOOST_AUTO_TEST_SUITE_END()
