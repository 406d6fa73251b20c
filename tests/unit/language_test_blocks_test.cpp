// What test blocks can say of limits, local mail, mailings and suspensions: each holds where it
// should, and fails where it should.
#include "language/test_blocks.h"

#include <boost/test/unit_test.hpp>

#include "unit/language_load.h"

using namespace spillway;
using language::mistakes_in;

namespace {

std::string test(const std::string& policy, const std::string& lines) {
    return mistakes_in(policy + "\ntest \"t\" {\n" + lines + "\n}\n");
}

bool fails(const std::string& policy, const std::string& lines, const std::string& said) {
    const std::string got = test(policy, lines);
    if (got.find(said) != std::string::npos) return true;
    BOOST_TEST_MESSAGE("got: " << got);
    return false;
}

const std::string partial =
    "limit hourly { scope domain; count recipients; rate 3 / 1h; over partial }";
const std::string by_uid =
    "without-login [ script, uid ]\n"
    "limit hourly { scope domain; count messages; rate 1 / 1h; over reject 552 5.7.1 \"%{domain}\" "
    "}";
const std::string word =
    "rule word { when auth and text has \"viagra\"; suspend user for 2h after 2 in 1h; reject 550 "
    "5.7.1 "
    "\"no\" }";
const std::string campaign =
    "rule many { when campaign > 200 in 24h; reject 550 5.7.1 \"ask first\" }";

}  // namespace

BOOST_AUTO_TEST_SUITE(test_blocks)

BOOST_AUTO_TEST_CASE(recipients_refused_in_part) {
    const std::string four = "as ann@a.example\nrcpt a@r.example b@r.example c@r.example\n";
    BOOST_TEST(test(partial, four + "used hourly 2\nexpect accept\n"
                                    "expect refused b@r.example limit hourly") == "");
    BOOST_TEST(
        fails(partial, four + "used hourly 2\nexpect refused a@r.example", "a@r.example refused"));
    BOOST_TEST(fails(partial, four + "used hourly 2\nexpect refused b@r.example rule other",
                     "refused by rule other"));
    BOOST_TEST(test(partial, four + "used hourly 3\nexpect defer 452 limit hourly") == "");
}

BOOST_AUTO_TEST_CASE(local_mail_of_a_uid_or_script) {
    BOOST_TEST(test(by_uid,
                    "local\nuid 33\nmail-from a@b.example\nused hourly 1\n"
                    "expect reject limit hourly") == "");
    BOOST_TEST(test(by_uid, "local\nscript \"33:mailer.php\"\nexpect accept") == "");
    BOOST_TEST(fails(by_uid, "uid 33\nexpect accept", "say \"local\" as well"));
    BOOST_TEST(fails(by_uid, "local\nuid www-data\nexpect accept", "www-data"));
}

BOOST_AUTO_TEST_CASE(tags_that_are_there_and_that_are_not) {
    const std::string tags = "rule one { when text has \"viagra\"; tag one }";
    BOOST_TEST(test(tags, "body \"viagra\"\nexpect tag one\nexpect no tag two") == "");
    BOOST_TEST(test(tags, "body \"aspirin\"\nexpect no tag one") == "");
    BOOST_TEST(fails(tags, "body \"viagra\"\nexpect no tag one", "expected no tag one, got it"));
    BOOST_TEST(fails(tags, "body \"viagra\"\nexpect no one", "expected"));
}

BOOST_AUTO_TEST_CASE(strikes_and_suspensions) {
    const std::string mail = "as ann@a.example\nbody \"viagra\"\n";
    BOOST_TEST(test(word, mail + "used strikes/word 2\nexpect reject rule word\n"
                                 "expect suspended user") == "");
    BOOST_TEST(fails(word, mail + "used strikes/word 1\nexpect suspended user", "got nobody"));
    BOOST_TEST(fails(word, mail + "used strikes/word 2\nexpect suspended domain",
                     "expected domain suspended, got user ann@a.example"));
    BOOST_TEST(fails(word, "as ann@a.example\nused strikes/wort 1\nexpect accept",
                     "did you mean \"strikes/word\""));
}

BOOST_AUTO_TEST_CASE(a_text_that_others_have_got_already) {
    const std::string mail =
        "as ann@a.example\nheader Subject \"Our offers of the week\"\n"
        "body \"Come and see what we have put together for you in our shop this week\"\n";
    BOOST_TEST(test(campaign, mail + "campaign 200\nexpect reject rule many") == "");
    BOOST_TEST(test(campaign, mail + "campaign 199\nexpect accept") == "");
    BOOST_TEST(test(campaign, mail + "expect accept") == "");
    BOOST_TEST(fails(campaign, mail + "campaign 0\nexpect accept", "expected 1 to"));
    BOOST_TEST(fails(word, mail + "campaign 5\nexpect accept", "asks for a campaign"));
}

BOOST_AUTO_TEST_CASE(use_of_every_kind_of_limit) {
    const char* const limits[] = {
        "scope user; count messages; rate 10 / month",
        "scope user; count bytes; rate 10 / 1d",
        "scope user; count unique-recipients; rate 10 / 1d",
        "scope user; count messages; rate 1 / 8s burst 10",
        "scope user; count messages; ladder 10 10 per day from 2026-01-01",
        "scope client-ip; count messages; rate 10 / 1h",
        "scope everything; count messages; rate 10 / 1h",
        "scope rcpt-domain; count recipients; rate 10 / 1h",
        "scope user; count connections; rate 10",
    };
    for (const std::string body : limits) {
        const std::string policy = "limit l { " + body + " }";
        const std::string got = test(policy, "as ann@a.example\nused l 10\nexpect accept");
        BOOST_TEST(got.find("limit l") != std::string::npos, body + ": " + got);
    }
}

BOOST_AUTO_TEST_SUITE_END()
