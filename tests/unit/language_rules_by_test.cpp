// Rules by anyone and anything: each kind of condition fires for the one it names and for nobody
// else.
#include <boost/test/unit_test.hpp>

#include "unit/language_load.h"

namespace spillway::language {
namespace {

struct Case {
    std::string when;  // the rule's condition
    std::string hit;   // lines of a test that describe a message for which it holds
    std::string miss;  // and of one that differs in this alone
};

std::string policy_of(const Case& one, const std::string& hit, const std::string& miss) {
    return "timezone Europe/Berlin\n"
           "map accounts pairs inline [ \"ann@a.example acme\" \"shop.example acme\" ]\n"
           "accounts accounts\n"
           "map friends addresses inline [ bob@else.example, .bank.example ]\n"
           "map office networks inline [ 192.0.2.0/24, 2001:db8::/32 ]\n"
           "window night mon-fri 20:00-06:00\n"
           "rule uses { when rcpt in friends or client-ip in office or window night; tag t }\n"
           "rule it { when " +
           one.when +
           "\n reject }\n"
           "test \"hit\" { " +
           one.hit + "; expect " + hit +
           " }\n"
           "test \"miss\" { " +
           one.miss + "; expect " + miss + " }\n";
}

const std::vector<Case> cases{
    {"mail-from = ann@a.example", "mail-from ann@a.example", "mail-from bob@a.example"},
    {"mail-from.domain = a.example", "mail-from x@a.example", "mail-from x@b.example"},
    {"from = ann@a.example", "header From \"Ann <ann@a.example>\"", "header From ann@b.example"},
    {"user = ann@a.example", "as ann@a.example", "as bob@a.example"},
    {"auth", "as ann@a.example", "mail-from ann@a.example"},
    {"domain = a.example", "as bob@a.example", "as bob@b.example"},
    {"account = acme", "as eve@shop.example", "as bob@a.example"},
    {"rcpt = bob@else.example", "rcpt bob@else.example", "rcpt eve@else.example"},
    {"all rcpt in friends", "rcpt bob@else.example x@my.bank.example",
     "rcpt bob@else.example x@bank.example"},
    {"recipients > 2", "rcpt 3", "rcpt 2"},
    {"client-ip in office", "from 192.0.2.255", "from 192.0.3.0"},
    {"client-ip in office", "from \"2001:db8::1\"", "from \"2001:db9::1\""},
    {"window night", "at 2026-11-23 20:00", "at 2026-11-23 19:59"},
    {"window night", "at 2026-11-28 05:59", "at 2026-11-28 20:00"},
    {"size > 1K", "body \"" + std::string(1024, 'a') + "\"",
     "body \"" + std::string(800, 'a') + "\""},
    {"tls", "tls; as ann@a.example", "as ann@a.example"},
    {"auth and not tls", "as ann@a.example", "as ann@a.example; tls"},
    {"header X-Mailer has \"bulk\"", "header X-Mailer \"Bulk 2\"", "header X-Mailer bulky"},
    {"header List-Id exists", "header List-Id \"\"", "header List-Post x"},
    {"account = acme unless rcpt in friends", "as ann@a.example; rcpt eve@else.example",
     "as ann@a.example; rcpt bob@else.example"},
    {"account = acme unless window night", "as ann@a.example; at 2026-11-23 12:00",
     "as ann@a.example; at 2026-11-23 22:00"},
};

BOOST_AUTO_TEST_CASE(a_rule_fires_for_what_it_names_and_for_nothing_else) {
    for (const Case& one : cases) {
        BOOST_TEST_CONTEXT(one.when) {
            const std::string refused = "reject rule it";
            const auto good = load_text(policy_of(one, "", ""));
            BOOST_TEST(!good.policy);  // "expect" alone says nothing
            BOOST_TEST(mistakes_in(policy_of(one, refused, "accept")) == "");
            BOOST_TEST(mistakes_in(policy_of(one, "accept", refused)) != "");
        }
    }
}

// The same in mode audit: the rule is told to have matched, and nothing is refused.
BOOST_AUTO_TEST_CASE(a_rule_in_audit_refuses_nothing_whatever_it_asks) {
    for (const Case& one : cases) {
        BOOST_TEST_CONTEXT(one.when) {
            BOOST_TEST(mistakes_in(policy_of(one, "accept", "accept") + "mode it audit\n") == "");
        }
    }
}

// All known at one stage, so it is the order of the file that decides.
BOOST_AUTO_TEST_CASE(the_first_rule_that_holds_speaks) {
    const std::string first = "rule first { when user = ann@a.example; reject 550 \"first\" }\n";
    const std::string second = "rule second { when domain = a.example; reject 550 \"second\" }\n";
    const auto test = [](const std::string& rule) {
        return "test \"t\" { as ann@a.example; expect reject rule " + rule + " }\n";
    };
    BOOST_TEST(mistakes_in(first + second + test("first")) == "");
    BOOST_TEST(mistakes_in(second + first + test("second")) == "");
    BOOST_TEST(mistakes_in("rule off { when auth; accept }\n" + second + first +
                           "test \"t\" { as ann@a.example; expect accept rule off }\n") == "");
}

}  // namespace
}  // namespace spillway::language
