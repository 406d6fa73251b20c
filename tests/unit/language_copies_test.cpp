// bcc, redirect and archive as they are written.
#include <boost/test/unit_test.hpp>

#include "unit/language_load.h"

using namespace spillway;
using namespace spillway::language;

namespace {

const std::string archive = "archive legal /var/lib/legal\n";

BOOST_AUTO_TEST_SUITE(copies_in_the_language)

BOOST_AUTO_TEST_CASE(what_is_written_is_what_rules_do) {
    const Generation all = load_text(
        "archive legal /var/lib/legal encrypt-to /etc/legal.pem\n"
        "rule a { bcc one@b.example, two@b.example; redirect three@b.example; archive legal }");
    BOOST_REQUIRE(all.policy);
    const auto& actions = all.policy->rules.at(0).actions;
    BOOST_REQUIRE(actions.size() == 3);
    const auto& bcc = std::get<policy::BccAction>(actions[0]);
    BOOST_TEST(bcc.to.size() == 2);
    BOOST_TEST(bcc.to[1].text() == "two@b.example");
    BOOST_TEST(std::get<policy::RedirectAction>(actions[1]).to.text() == "three@b.example");
    const auto& place = all.policy->archives.at("legal");
    BOOST_TEST(place.folder == "/var/lib/legal");
    BOOST_TEST(place.certificate == "/etc/legal.pem");
}

BOOST_AUTO_TEST_CASE(what_is_archived_is_the_whole_message) {
    BOOST_TEST(load_text(archive + "rule a { archive legal }").policy->needs_body);
    BOOST_TEST(!load_text(archive + "rule a { mode audit; archive legal }").policy->needs_body);
    BOOST_TEST(!load_text("rule a { bcc one@b.example }").policy->needs_body);
}

BOOST_AUTO_TEST_CASE(none_of_them_ends_the_reading) {
    BOOST_TEST(mistakes_in(archive + "rule a { archive legal; bcc x@b.example; redirect "
                                     "y@b.example; reject }") == "");
}

BOOST_AUTO_TEST_CASE(mistakes_say_what_is_wrong) {
    const std::map<std::string, std::string> mistakes{
        {"rule a { bcc }", "needs an address"},
        {"rule a { bcc nobody }", "expected an address"},
        {"rule a { bcc \"<a@b.example>\" }", "expected an address"},
        {"rule a { redirect a@b.example c@d.example }", "unexpected \"c@d.example\""},
        {archive + "rule a { archive lega }", "did you mean \"legal\""},
        {"archive legal legal", "expected an absolute path"},
        {"archive Legal /x", "lower-case"},
        {archive + "archive legal /y", "a second archive"},
        {archive + "archive other /var/lib/legal", "archive \"legal\" has this folder"},
        {"archive legal /x encrypt-to key", "expected an absolute path"},
    };
    for (const auto& [text, expected] : mistakes) {
        const std::string told = mistakes_in(text);
        BOOST_TEST(told.find(expected) != std::string::npos, text << " tells: " << told);
    }
}

BOOST_AUTO_TEST_CASE(tests_expect_them) {
    const std::string rules = archive +
                              "rule a { bcc x@b.example; archive legal }\n"
                              "rule b { when rcpt = bob@c.example; redirect y@b.example }\n";
    BOOST_TEST(mistakes_in(rules + "test t { rcpt bob@c.example; expect copy x@b.example; expect "
                                   "redirect y@b.example; expect archive legal; expect accept }") ==
               "");
    BOOST_TEST(mistakes_in(rules + "test t { expect redirect y@b.example }").find("no redirect") !=
               std::string::npos);
    BOOST_TEST(mistakes_in(rules + "test t { expect copy z@b.example }").find("x@b.example") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
