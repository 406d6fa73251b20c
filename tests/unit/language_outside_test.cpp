// Who may send as whom, in words: maps kept elsewhere, delegation, other originators.
#include <boost/test/unit_test.hpp>

#include "unit/language_load.h"

using namespace spillway::language;

namespace {

using Text = std::string;

// The mistakes of a policy with one test; "" when the test holds.
Text outcome(const Text& policy, const Text& test) {
    return mistakes_in(policy + "test \"t\" {\n" + test + "\n}\n");
}

const Text redis = "counters redis://127.0.0.1:6379/0\n";
const Text owned =
    redis +
    "map owned pairs redis owned\n"
    "rule from-owned { when auth and not from in owned[account]; reject 550 5.7.1 \"no\" }\n";

Text mistake_of_map(const Text& statement) {
    return mistakes_in(redis + "map m " + statement + "\nrule r { when from in m; discard }\n");
}

void check_mistake(const Text& statement, const Text& expected) {
    const Text got = mistake_of_map(statement);
    BOOST_TEST(got.find(expected) != Text::npos, statement << ": " << got);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_outside)

BOOST_AUTO_TEST_CASE(a_map_may_be_kept_in_redis_sqlite_and_behind_a_socket) {
    for (const char* statement :
         {"addresses redis blocked", "domains redis blocked cache 1s",
          "addresses redis b timeout 2s",
          "addresses sqlite /x.db \"SELECT 1 FROM t WHERE a = ?\" cache 5m timeout 100ms",
          "addresses socketmap unix:/run/m.sock blocked",
          "addresses socketmap \"inet:[::1]:8000\" blocked; # as Postfix writes it"})
        BOOST_TEST(mistake_of_map(statement) == "", statement);
}

BOOST_AUTO_TEST_CASE(what_a_map_kept_elsewhere_lacks_is_said) {
    check_mistake("networks redis n", "a map of networks cannot be kept elsewhere");
    check_mistake("addresses redis", "needs the name of the sets in Redis");
    check_mistake("addresses sqlite /x.db", "needs a statement");
    check_mistake("addresses sqlite /x.db \"SELECT 1\"", "needs a \"?\"");
    check_mistake("addresses socketmap /run/m.sock m", "expected unix:/PATH");
    check_mistake("addresses socketmap inet::8000 m", "expected unix:/PATH or inet:HOST:PORT");
    check_mistake("addresses socketmap unix:/run/m.sock", "needs the table's name");
    check_mistake("addresses socketmap unix:/run/m.sock \"a b\"", "may not have blanks");
    check_mistake("addresses redis m cache 2d", "at most 1d, not 2d");
    check_mistake("addresses redis m timeout 31s", "at most 30s, not 31s");
    check_mistake("addresses redis m for 3s", "unexpected \"for\"");
    BOOST_TEST(mistakes_in("map m addresses redis m\nrule r { when from in m; discard }\n")
                   .find("p.conf:1:17: error: sets in Redis are kept where") != Text::npos);
    BOOST_TEST(
        mistakes_in(owned + "map other pairs redis o\nrule r { when from in other; discard }")
            .find("\"other\" is a map of pairs: say whose values") != Text::npos);
    BOOST_TEST(
        mistakes_in(redis + "map s addresses redis s\nrule r { when from in s[user]; discard }")
            .find("\"s\" is not a map of pairs") != Text::npos);
    BOOST_TEST(mistakes_in(redis + "map a pairs redis a\naccounts a\nrule r { discard }\n")
                   .find("\"a\" is not a map of pairs in a file or inline") != Text::npos);
}

BOOST_AUTO_TEST_CASE(what_somebody_owns_is_asked_by_his_account) {
    const Text as_ann = "as ann@a.example\n";
    BOOST_TEST(outcome(owned, as_ann + "map owned a.example a.example b.example\nexpect accept") ==
               "");
    BOOST_TEST(outcome(owned, as_ann + "map owned A.Example a.example\nexpect accept") == "");
    BOOST_TEST(
        outcome(owned, as_ann + "map owned b.example a.example\nexpect reject rule from-owned") ==
        "");
    BOOST_TEST(outcome(owned, as_ann + "expect reject rule from-owned") == "");
    BOOST_TEST(outcome(owned, as_ann + "map owned unavailable\nexpect defer 451 rule from-owned") ==
               "");
    // Nobody has logged in, so nothing is asked.
    BOOST_TEST(outcome(owned,
                       "from 192.0.2.1\nmail-from x@y.example\nmap owned unavailable\n"
                       "expect accept") == "");
}

BOOST_AUTO_TEST_CASE(approved_addresses_domains_subdomains_and_wildcards) {
    const auto verdict = [](const Text& entries, const Text& from) {
        return outcome(owned, "as ann@a.example\nmap owned a.example " + entries +
                                  "\nheader From " + from + "\nexpect accept");
    };
    for (const auto& [entries, from] :
         {std::pair{"ann@a.example", "ann@a.example"}, std::pair{"a.example", "bob@a.example"},
          std::pair{".a.example", "bob@news.a.example"}, std::pair{"*.a.example", "x@y.a.example"},
          std::pair{"sales-*@a.example", "sales-eu@a.example"}})
        BOOST_TEST(verdict(entries, from) == "", entries);
    for (const auto& [entries, from] :
         {std::pair{"ann@a.example", "bob@a.example"}, std::pair{"a.example", "bob@b.a.example"},
          std::pair{".a.example", "bob@a.example"},
          std::pair{"a.example", "bob@a.example.evil.example"},
          std::pair{"sales-*@a.example", "sale@a.example"},
          std::pair{"a.example", "bob@nota.example"}})
        BOOST_TEST(verdict(entries, from) != "", entries);
}

BOOST_AUTO_TEST_CASE(a_set_kept_elsewhere_is_asked_for_each_address) {
    const Text blocked =
        redis +
        "map blocked addresses redis blocked\n"
        "rule blocked { when rcpt in blocked; reject 550 5.7.1 \"no\" }\n"
        "rule sender { when mail-from.domain in blocked; reject 550 5.7.1 \"no\" }\n";
    const Text rest = "as ann@a.example\nrcpt bob@x.example eve@y.example\n";
    BOOST_TEST(
        outcome(blocked, rest + "map blocked eve@y.example\n"
                                "expect refused eve@y.example rule blocked\nexpect accept") == "");
    BOOST_TEST(outcome(blocked, rest + "map blocked .example\nexpect reject rule sender") == "");
    BOOST_TEST(outcome(blocked, rest + "map blocked a.example\nexpect reject rule sender") == "");
    BOOST_TEST(outcome(blocked, rest + "map blocked ann@a.example\nexpect accept") == "");
    BOOST_TEST(outcome(blocked, rest + "map blocked unavailable\nexpect defer 451") == "");
}

BOOST_AUTO_TEST_CASE(who_acts_for_others_may_send_what_they_own) {
    for (const Text kept : {"redis x", "inline"}) {
        const bool inline_ = kept == "inline";
        const Text maps = inline_
                              ? "map owned pairs inline [ \"bob@b.example b.example\" "
                                "\"ann@a.example a.example\" \"cid@c.example c.example\" ]\n"
                                "map for pairs inline [ \"ann@a.example bob@b.example\" "
                                "\"bob@b.example cid@c.example\" ]\n"
                              : redis + "map owned pairs redis owned\nmap for pairs redis for\n";
        const Text rule =
            "rule r { when not from in owned[user as for]; reject 550 5.7.1 \"no\" }\n";
        const Text held = inline_ ? ""
                                  : "map owned bob@b.example b.example\nmap owned ann@a.example "
                                    "a.example\nmap owned cid@c.example c.example\n"
                                    "map for ann@a.example bob@b.example\n"
                                    "map for bob@b.example cid@c.example\n";
        const auto sends_as = [&](const Text& from, const Text& expected) {
            return outcome(maps + rule, "as ann@a.example\n" + held + "header From " + from +
                                            "\nexpect " + expected);
        };
        BOOST_TEST(sends_as("ann@a.example", "accept") == "");
        BOOST_TEST(sends_as("bob@b.example", "accept") == "");
        BOOST_TEST(sends_as("cid@c.example", "reject") == "");  // one step only
        BOOST_TEST(sends_as("\"bob@b.example, eve@e.example\"", "reject") == "");
        if (!inline_) {
            BOOST_TEST(outcome(maps + rule,
                               "as ann@a.example\nmap owned ann@a.example a.example\n"
                               "map for unavailable\nexpect accept") == "");
            BOOST_TEST(outcome(maps + rule,
                               "as ann@a.example\nmap for unavailable\n"
                               "expect defer 451 rule r") == "");
        }
    }
    BOOST_TEST(mistakes_in("map o pairs inline [ \"a b.example\" ]\nmap s addresses inline [ ]\n"
                           "rule r { when from in o[user as s]; discard }")
                   .find("\"s\" is not a map of pairs") != Text::npos);
}

BOOST_AUTO_TEST_CASE(a_limit_may_ask_a_map_that_is_kept_elsewhere) {
    const Text limited =
        redis +
        "map bulk addresses redis bulk\n"
        "limit slow { scope user; count recipients; rate 1 / 1h; when rcpt in bulk\n"
        "  over reject 552 5.7.1 \"no\" }\n";
    const Text two = "as ann@a.example\nrcpt bob@x.example eve@y.example\n";
    BOOST_TEST(outcome(limited, two + "map bulk x.example\nexpect accept") == "");
    BOOST_TEST(outcome(limited, two + "map bulk x.example y.example\nexpect reject limit slow") ==
               "");
}

BOOST_AUTO_TEST_CASE(what_a_tag_decides_is_asked_for_all_the_same) {
    const Text policy = redis +
                        "map blocked addresses redis blocked\n"
                        "rule one { when subject has \"x\"; tag odd }\n"
                        "rule two { when tag odd and from in blocked; reject 550 5.7.1 \"no\" }\n";
    BOOST_TEST(outcome(policy,
                       "as ann@a.example\nheader Subject x\nmap blocked a.example\n"
                       "expect reject rule two") == "");
    BOOST_TEST(outcome(policy,
                       "as ann@a.example\nheader Subject y\nmap blocked unavailable\n"
                       "expect accept") == "");
}

BOOST_AUTO_TEST_CASE(only_maps_that_are_kept_elsewhere_are_told_in_a_test) {
    BOOST_TEST(outcome("map o addresses inline [ a.example ]\nrule r { when from in o; discard }\n",
                       "as a@b.example\nmap o a.example\nexpect accept")
                   .find("\"o\" is no map that is kept in") != Text::npos);
    BOOST_TEST(outcome(owned, "as a@b.example\nmap owned b.example\nexpect accept")
                   .find("needs what the map holds") != Text::npos);
    BOOST_TEST(outcome(owned, "as a@b.example\nmap owned b.example x..example\nexpect accept")
                   .find("expected a domain or an address") != Text::npos);
}

BOOST_AUTO_TEST_CASE(sender_reply_to_and_resent_have_rules_of_their_own) {
    const Text policy =
        "map owned pairs inline [ \"a.example a.example\" ]\n"
        "rule sender { when auth and not sender.domain in owned[domain]; reject 550 5.7.1 \"no\" "
        "}\n"
        "rule reply { when auth and not reply-to.domain in owned[domain]; reject 550 5.7.1 \"no\" "
        "}\n"
        "rule resent { when auth and not resent-from in owned[domain]; reject 550 5.7.1 \"no\" }\n";
    const auto with = [&](const Text& field, const Text& value, const Text& expected) {
        return outcome(policy, "as ann@a.example\nheader From ann@a.example\nheader \"" + field +
                                   "\" \"" + value + "\"\nexpect " + expected);
    };
    BOOST_TEST(with("Subject", "none of them", "accept") == "");
    BOOST_TEST(with("Sender", "bob@a.example", "accept") == "");
    BOOST_TEST(with("Sender", "bob@b.example", "reject rule sender") == "");
    BOOST_TEST(with("sender ", "bob@a.example", "reject rule sender") == "");
    BOOST_TEST(with("Reply-To", "x@a.example, y@a.example", "accept") == "");
    BOOST_TEST(with("Reply-To", "x@a.example, y@b.example", "reject rule reply") == "");
    BOOST_TEST(with("Reply-To", "", "reject rule reply") == "");
    BOOST_TEST(with("Resent-From", "x@b.example", "reject rule resent") == "");
    BOOST_TEST(with("Resent-Sender", "x@b.example", "reject rule resent") == "");
    // Each can be left alone by itself.
    BOOST_TEST(outcome(policy + "mode reply audit\n",
                       "as ann@a.example\nheader From ann@a.example\n"
                       "header Reply-To y@b.example\nexpect accept") == "");
}

BOOST_AUTO_TEST_CASE(an_exemption_holds_only_when_it_holds_for_every_address) {
    const Text policy =
        "rule friends { when reply-to.domain = a.example; accept }\n"
        "rule rest { when recipients > 0; reject 550 5.7.1 \"no\" }\n";
    const auto with = [&](const Text& value, const Text& expected) {
        return outcome(policy, "as ann@a.example\nheader From ann@a.example\nheader Reply-To \"" +
                                   value + "\"\nexpect " + expected);
    };
    BOOST_TEST(with("x@a.example", "accept") == "");
    BOOST_TEST(with("x@a.example, y@b.example", "reject rule rest") == "");
    BOOST_TEST(with("x@a.example; ", "reject rule rest") == "");
}

BOOST_AUTO_TEST_CASE(a_misleading_from_has_a_condition_of_its_own) {
    const Text policy = "rule misleading { when misleading-from; reject 550 5.7.1 \"no\" }\n";
    const auto with = [&](const Text& from, const Text& expected) {
        return outcome(policy,
                       "as me@mine.example\nheader From \"" + from + "\"\nexpect " + expected);
    };
    BOOST_TEST(with("\\\"ceo@bank.example\\\" <me@mine.example>", "reject rule misleading") == "");
    BOOST_TEST(with("=?utf-8?q?ceo=40bank.example?= <me@mine.example>", "reject rule misleading") ==
               "");
    BOOST_TEST(with("\\\"me@mine.example\\\" <me@mine.example>", "accept") == "");
    BOOST_TEST(with("Me <me@mine.example>", "accept") == "");
    BOOST_TEST(mistakes_in("rule r { when any misleading-from; discard }")
                   .find("any and all go with from and rcpt") != Text::npos);
}

BOOST_AUTO_TEST_CASE(local_mail_may_have_an_order_of_its_own) {
    const auto order = [](const Text& text) {
        return load_text("local-identity " + text + "\nrule r { discard }\n");
    };
    using enum spillway::policy::Fallback;
    BOOST_TEST(
        (order("[ uid, received, script, mail-from.domain, client-ip ]").policy->local_identity ==
         std::vector{uid, received, script, sender_domain, client_ip}));
    BOOST_TEST(load_text("rule r { discard }\n").policy->local_identity.empty());
    BOOST_TEST(mistakes_in("local-identity [ ]\nrule r { discard }\n")
                   .find("\"local-identity\" needs at least one of its words") != Text::npos);
    BOOST_TEST(mistakes_in("without-login [ received ]\nrule r { discard }\n")
                   .find("anybody may write Received") != Text::npos);
}

BOOST_AUTO_TEST_SUITE_END()
