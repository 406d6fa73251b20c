// Rules that accounts and domains have in folders of their own.
#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "mail/address.h"
#include "policy/rehearse.h"
#include "policy/words.h"
#include "unit/account_folders.h"

namespace spillway::language {
namespace {

const std::string acme_and_others =
    "map accounts pairs inline [ \"a.example acme\" \"b.example acme\" \"other.example other\" ]\n"
    "accounts accounts\n";
const std::string folder = "accounts-folder accounts.d\n";
const std::string no_cats = "rule no-cats { when subject has \"cats\"; reject 550 \"no cats\" }\n";

struct Letter {
    std::string user = "ann@a.example";
    std::string subject = "About cats";
    std::string rcpt = "bob@else.example";
};

policy::Rehearsal rehearsed(const Generation& generation, const Letter& letter,
                            const policy::Beyond& beyond = {}) {
    policy::Message message;
    message.user = letter.user;
    message.sender = mail::envelope_address(letter.user);
    message.client.ip = *match::parse_ip("192.0.2.1");
    message.recipients.push_back({mail::envelope_address(letter.rcpt), letter.rcpt});
    message.headers = {{"From", letter.user}, {"Subject", letter.subject}};
    static const std::string bytes = "From: x\r\n\r\ntext\r\n";
    message.bytes = bytes;
    message.size = bytes.size();
    limits::MemoryCounters counters;
    return policy::rehearse(*generation.policy, std::move(message), counters, beyond);
}

// "reject rule acme/no-cats", "accept"
std::string said(const Generation& generation, const Letter& letter = {}) {
    if (!generation.policy) return told(generation);
    const auto decision = rehearsed(generation, letter).decision;
    return policy::name_of(decision.verdict) +
           (decision.decided_by.empty() ? "" : " " + decision.decided_by);
}

Texts with(const std::string& main, Texts others) {
    others["p.conf"] = acme_and_others + main;
    return others;
}

BOOST_AUTO_TEST_CASE(the_rules_of_a_folder_are_for_its_account_alone) {
    const auto policy = load_folders(with(folder, {{"accounts.d/acme/own.rules", no_cats}}));
    BOOST_TEST(told(policy) == "");
    BOOST_TEST(said(policy) == "reject rule acme/no-cats");
    BOOST_TEST(said(policy, {.user = "eve@B.example"}) == "reject rule acme/no-cats");
    BOOST_TEST(said(policy, {.user = "joe@other.example"}) == "accept");
    BOOST_TEST(said(policy, {.user = "acme@other.example"}) == "accept");
}

BOOST_AUTO_TEST_CASE(a_folder_named_as_a_domain_is_for_that_domain_alone) {
    const auto policy = load_folders(with(folder, {{"accounts.d/A.Example/own.rules", no_cats}}));
    BOOST_TEST(said(policy) == "reject rule a.example/no-cats");
    BOOST_TEST(said(policy, {.user = "eve@b.example"}) == "accept");
}

BOOST_AUTO_TEST_CASE(only_the_rules_of_ones_own_folders_are_asked) {
    const auto policy = load_folders(
        with(folder, {{"accounts.d/acme/own.rules", no_cats},
                      {"accounts.d/other/own.rules", "rule any { when auth; tag x }\n"}}));
    const auto reports = rehearsed(policy, {.subject = "dogs"}).decision.rules;
    BOOST_TEST_REQUIRE(reports.size() == 1u);
    BOOST_TEST(reports[0].rule == "acme/no-cats");
}

// The administrator's first, then the account's, then the domain's.
BOOST_AUTO_TEST_CASE(the_order_is_administrator_account_domain) {
    const std::string reject = "rule r { when subject has \"cats\"; reject }\n";
    const Texts folders{{"accounts.d/acme/1.rules", reject},
                        {"accounts.d/a.example/1.rules", reject}};
    BOOST_TEST(said(load_folders(with(reject + folder, folders))) == "reject rule r");
    BOOST_TEST(said(load_folders(with(folder, folders))) == "reject rule acme/r");
    BOOST_TEST(said(load_folders(with(folder, {*folders.find("accounts.d/a.example/1.rules")}))) ==
               "reject rule a.example/r");
}

BOOST_AUTO_TEST_CASE(files_of_a_folder_are_read_in_the_order_of_their_names) {
    const std::string accept = "rule all { when auth; accept }\n";
    BOOST_TEST(said(load_folders(with(folder, {{"accounts.d/acme/1.rules", accept},
                                               {"accounts.d/acme/2.rules", no_cats}}))) ==
               "accept rule acme/all");
    BOOST_TEST(said(load_folders(with(folder, {{"accounts.d/acme/2.rules", accept},
                                               {"accounts.d/acme/1.rules", no_cats}}))) ==
               "reject rule acme/no-cats");
}

BOOST_AUTO_TEST_CASE(no_account_lets_mail_go_past_the_administrators_rules) {
    for (const std::string action : {"accept", "quarantine"}) {
        const Texts friendly{
            {"accounts.d/acme/own.rules", "rule mine { when auth; " + action + " }\n"}};
        BOOST_TEST(said(load_folders(with(no_cats + folder, friendly))) == "reject rule no-cats");
        const auto behind = load_folders(with(folder + no_cats, friendly));
        BOOST_TEST(!behind.policy);
        BOOST_TEST(told(behind).find("p.conf:4:6: error: rule \"no-cats\" stands behind") !=
                   std::string::npos);
        const auto allowed =
            load_folders(with("accounts-folder accounts.d may overrule\n" + no_cats, friendly));
        BOOST_TEST(said(allowed) == action + " rule acme/mine");
        BOOST_TEST(said(allowed, {.user = "joe@other.example"}) == "reject rule no-cats");
    }
}

// What an account may overrule is held back for its own messages only.
BOOST_AUTO_TEST_CASE(an_exemption_of_one_account_delays_no_other) {
    const auto policy = load_folders(
        with("accounts-folder accounts.d may overrule\n"
             "rule nobody { when rcpt = bob@else.example; reject }\n",
             {{"accounts.d/acme/own.rules", "rule mine { when text has \"please\"; accept }\n"}}));
    BOOST_TEST((rehearsed(policy, {}).stage == policy::Stage::message));
    BOOST_TEST(
        (rehearsed(policy, {.user = "joe@other.example"}).stage == policy::Stage::recipient));
}

BOOST_AUTO_TEST_CASE(an_accounts_refusal_comes_as_early_as_the_administrators) {
    const auto policy = load_folders(with(
        folder,
        {{"accounts.d/acme/own.rules", "rule nobody { when rcpt = bob@else.example; reject }\n"}}));
    const auto result = rehearsed(policy, {});
    BOOST_TEST((result.stage == policy::Stage::recipient));
    BOOST_TEST(result.refused.size() == 1u);
}

BOOST_AUTO_TEST_CASE(names_are_looked_for_in_the_own_folder_first_and_then_among_the_shared) {
    const std::string shared =
        "words animals inline [ dogs ]\nrule uses { when text has animals; tag z }\n";
    const std::string rule = "rule animals { when subject has animals; reject }\n";
    const auto inherited = load_folders(with(shared + folder, {{"accounts.d/acme/a.rules", rule}}));
    BOOST_TEST(said(inherited) == "accept");
    BOOST_TEST(said(inherited, {.subject = "dogs"}) == "reject rule acme/animals");
    const auto own = load_folders(with(
        shared + folder, {{"accounts.d/acme/a.rules", "words animals file lists/animals\n" + rule},
                          {"accounts.d/acme/lists/animals", "cats\n"},
                          {"accounts.d/other/a.rules", rule}}));
    BOOST_TEST(told(own) == "");
    BOOST_TEST(said(own) == "reject rule acme/animals");
    BOOST_TEST(said(own, {.subject = "dogs"}) == "accept");
    BOOST_TEST(said(own, {.user = "x@other.example", .subject = "dogs"}) ==
               "reject rule other/animals");
}

BOOST_AUTO_TEST_CASE(the_names_of_one_folder_mean_nothing_elsewhere) {
    const auto policy = load_folders(with(
        "rule r { when rcpt in mine; reject }\n" + folder,
        {{"accounts.d/acme/a.rules",
          "map mine addresses inline [ x@y.example ]\nrule u { when rcpt in mine; reject }\n"}}));
    BOOST_TEST(told(policy) == "p.conf:3:23: error: unknown map \"mine\"\n");
    const auto other = load_folders(
        with(folder,
             {{"accounts.d/acme/a.rules",
               "map mine addresses inline [ x@y.example ]\nrule u { when rcpt in mine; reject }\n"},
              {"accounts.d/other/a.rules", "rule u { when rcpt in acme/mine; reject }\n"}}));
    BOOST_TEST(told(other) == "accounts.d/other/a.rules:1:23: error: unknown map \"acme/mine\"\n");
}

// A tag of the administrator's may be asked; one of the same name that an account sets is its own.
BOOST_AUTO_TEST_CASE(tags_of_accounts_are_not_those_of_the_administrator) {
    const std::string own =
        "rule mark { when auth; tag trusted }\n"
        "rule ours { when tag trusted and tag bulk; reject }\n"
        "test \"t\" { as ann@a.example; rcpt 3; expect reject rule ours; expect tag trusted }\n";
    const auto policy = load_folders(
        with("rule bulk { when recipients > 2; tag bulk }\n"
             "rule never { when tag trusted and not auth; tag trusted }\n"
             "limit all { scope user; count messages; rate 1 / 1h; when tag trusted }\n" +
                 folder,
             {{"accounts.d/acme/a.rules", own}}));
    BOOST_TEST(told(policy) == "");
    const auto decision = rehearsed(policy, {}).decision;
    BOOST_TEST(decision.tags == std::vector<std::string>{"acme/trusted"},
               boost::test_tools::per_element());
    BOOST_TEST(decision.limits.empty());
}

BOOST_AUTO_TEST_CASE(an_account_cannot_say_what_is_everybodys) {
    for (const std::string line :
         {"listen inet:127.0.0.1:1", "limit l { scope user; count messages; rate 1 / 1h }",
          "include other.rules", "accounts-folder x", "timezone UTC", "text-limit 1K"}) {
        const auto policy = load_folders(with(folder, {{"accounts.d/acme/a.rules", line + "\n"}}));
        BOOST_TEST_REQUIRE(policy.policy);
        BOOST_TEST(told(policy).find("accounts.d/acme/a.rules:1:1: error: \"" +
                                     line.substr(0, line.find(' ')) +
                                     "\" is not for the files of an account") != std::string::npos);
    }
}

// It could have the daemon open any file or speak to any socket.
BOOST_AUTO_TEST_CASE(maps_kept_elsewhere_are_the_administrators_to_declare) {
    for (const std::string where :
         {"redis owned", "sqlite ../../secret.db \"SELECT x FROM t WHERE y = ?\"",
          "socketmap unix:/run/other.sock owned"}) {
        const auto policy = load_folders(
            with(folder, {{"accounts.d/acme/a.rules",
                           "map owned pairs " + where +
                               "\nrule r { when not from in owned[user]; reject }\n"}}));
        BOOST_TEST(told(policy).find("accounts.d/acme/a.rules:1:17: error: maps of accounts are "
                                     "files or lists") != std::string::npos,
                   told(policy));
    }
}

BOOST_AUTO_TEST_CASE(rules_of_accounts_may_ask_the_administrators_maps) {
    const auto policy = load_folders(
        with("map blocked addresses socketmap unix:/run/map.sock blocked\n"
             "rule never { when not auth and rcpt in blocked; reject }\n" +
                 folder,
             {{"accounts.d/acme/a.rules", "rule blocked { when rcpt in blocked; reject }\n"}}));
    BOOST_TEST(told(policy) == "");
    std::size_t asked = 0;
    const policy::Beyond beyond{.read = {},
                                .look_up = [&](const std::vector<match::Question>& questions) {
                                    asked += questions.size();
                                    auto values = std::make_shared<match::Values>();
                                    (void)values->set.add("bob@else.example");
                                    return std::vector<match::Found>(questions.size(), values);
                                }};
    BOOST_TEST(policy::name_of(rehearsed(policy, {}, beyond).decision.verdict) == "reject");
    BOOST_TEST(asked == 1u);
    const auto others = rehearsed(policy, {.user = "joe@other.example"}, beyond);
    BOOST_TEST(policy::name_of(others.decision.verdict) == "accept");
    BOOST_TEST(asked == 1u);
    BOOST_TEST(policy::name_of(rehearsed(policy, {}).decision.verdict) == "defer");
}

// A field that holds tokens is taken out of everybody's mail.
BOOST_AUTO_TEST_CASE(no_account_writes_sealed_tokens_whatever_it_may) {
    for (const std::string action :
         {"abuse-id", "abuse-id Subject", "add-header Subject \"%{abuse-id}\""}) {
        const auto policy = load_folders(
            with("abuse-keys /k\naccounts-folder accounts.d may add-header\n",
                 {{"accounts.d/acme/a.rules", "rule r { when auth; " + action + " }\n"}}));
        BOOST_TEST(told(policy).find("error: who sends is sealed by the administrator's rules") !=
                       std::string::npos,
                   told(policy));
        BOOST_TEST(policy.policy->abuse_fields.empty());
    }
    BOOST_TEST(told(load_folders(with("accounts-folder accounts.d may abuse-id\n", {})))
                   .find("abuse-id") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(accounts_put_in_footers_of_the_administrators_where_they_may) {
    const std::string footer = "footer legal { text \"In confidence.\" }\n";
    const Texts own{{"accounts.d/acme/a.rules", "rule r { when auth; footer legal }\n"}};
    BOOST_TEST(told(load_folders(with(footer + folder, own))).find("may not \"footer\" here") !=
               std::string::npos);
    const auto policy = load_folders(with(footer + "accounts-folder accounts.d may footer\n", own));
    BOOST_TEST(told(policy) == "");
    BOOST_TEST(policy.policy->needs_body);
    BOOST_TEST(rehearsed(policy, {}).decision.footers.size() == 1u);
    BOOST_TEST(rehearsed(policy, {.user = "joe@other.example"}).decision.footers.empty());
    const Texts declares{{"accounts.d/acme/a.rules", footer}};
    BOOST_TEST(told(load_folders(with(folder, declares))).find("\"footer\" is not for the files") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_reaches_beyond_refusing_must_be_allowed) {
    for (const std::string action :
         {"discard", "add-header X-A b", "remove-header X-A", "suspend account for 1h"}) {
        const std::string word = action.substr(0, action.find(' '));
        const Texts own{{"accounts.d/acme/a.rules", "rule r { when auth; " + action + " }\n"}};
        const auto refused = load_folders(with(folder, own));
        BOOST_TEST(told(refused).find("accounts.d/acme/a.rules:1:21: error: rules of accounts may "
                                      "not \"" +
                                      word + "\" here") != std::string::npos);
        const auto allowed =
            load_folders(with("accounts-folder accounts.d may " + word + "\n", own));
        BOOST_TEST(told(allowed) == "");
    }
}

BOOST_AUTO_TEST_CASE(files_outside_of_the_folder_are_not_read_for_an_account) {
    for (const std::string name : {"/etc/passwd", "../other/list", "lists/../../other/list"}) {
        const auto policy = load_folders(
            with(folder, {{"accounts.d/acme/a.rules",
                           "words w file \"" + name + "\"\nrule r { when text has w; reject }\n"},
                          {"accounts.d/other/list", "word\n"},
                          {"/etc/passwd", "root\n"}}));
        BOOST_TEST(told(policy).find("a.rules:1:14: error") != std::string::npos);
        BOOST_TEST(told(policy).find("files of an account are in its own folder") !=
                   std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_folder_with_a_mistake_defers_its_mail_and_stops_nobody_else) {
    const auto policy =
        load_folders(with(folder, {{"accounts.d/acme/a.rules", "rule r { rejct }\n"},
                                   {"accounts.d/other/a.rules", no_cats}}));
    BOOST_TEST_REQUIRE(policy.policy);
    BOOST_TEST(!policy.diagnostics.has_errors());
    BOOST_TEST(told(policy).find("accounts.d/acme/a.rules:1:10: error: unknown word \"rejct\"") ==
               0u);
    const auto decision = rehearsed(policy, {}).decision;
    const auto* defer = std::get_if<policy::Defer>(&decision.verdict);
    BOOST_TEST_REQUIRE(defer);
    BOOST_TEST(defer->reply.code == 451);
    BOOST_TEST(defer->reply.text.find("mistakes") != std::string::npos);
    BOOST_TEST(decision.decided_by == "rule acme/broken");
    BOOST_TEST(said(policy, {.user = "x@other.example"}) == "reject rule other/no-cats");
    BOOST_TEST(said(policy, {.user = "x@else.example"}) == "accept");
    BOOST_TEST_REQUIRE(policy.policy->faulty_folders.size() == 1u);
    BOOST_TEST(policy::in_words(policy.policy->faulty_folders[0]) ==
               "the rules of acme have mistakes; its mail is deferred by rule acme/broken");
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_good_keeps_its_former_rules) {
    const std::string words =
        "words animals file animals\nrule no { when subject has animals; reject }\n";
    const auto first = load_folders(
        with(folder, {{"accounts.d/acme/a.rules", words}, {"accounts.d/acme/animals", "cats\n"}}));
    BOOST_TEST(said(first) == "reject rule acme/no");
    const Texts now =
        with("rule new { when subject has \"dogs\"; reject }\n" + folder,
             {{"accounts.d/acme/a.rules", "rule no { when subject has animals; reject }\n"},
              {"accounts.d/acme/animals", "mice\n"}});
    const auto second = load_folders(now, first.folders);
    BOOST_TEST(told(second) ==
               "accounts.d/acme/a.rules:1:28: error: unknown words \"animals\"; a phrase stands in "
               "quotes\n");
    BOOST_TEST(said(second) == "reject rule acme/no");
    BOOST_TEST(said(second, {.subject = "mice"}) == "accept");
    BOOST_TEST(said(second, {.subject = "dogs"}) == "reject rule new");
    BOOST_TEST(second.policy->faulty_folders.at(0).has_former_rules);
    // And again, though the generation before was faulty as well.
    BOOST_TEST(said(load_folders(now, second.folders)) == "reject rule acme/no");
}

BOOST_AUTO_TEST_CASE(a_test_that_fails_is_a_mistake_of_its_folder) {
    const std::string test =
        "test \"t\" { as ann@a.example; header Subject cats; expect accept }\n";
    const auto first = load_folders(with(folder, {{"accounts.d/acme/a.rules", no_cats}}));
    const Texts now = with(folder, {{"accounts.d/acme/a.rules", no_cats + test}});
    BOOST_TEST(said(load_folders(now)) == "defer rule acme/broken");
    BOOST_TEST(said(load_folders(now, first.folders)) == "reject rule acme/no-cats");
    BOOST_TEST(told(load_folders(now)).find("a.rules:2:") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tests_of_an_account_are_of_its_own_mail) {
    const std::string test = "test \"t\" { as joe@other.example; expect accept }\n";
    const auto policy = load_folders(with(folder, {{"accounts.d/acme/a.rules", test}}));
    BOOST_TEST(told(policy).find("this is a message of account other") != std::string::npos);
}

// Else a customer could stop the administrator's next reload, or another customer's mail.
BOOST_AUTO_TEST_CASE(a_rule_of_one_account_fails_no_test_of_others) {
    const std::string test =
        "test \"t\" { as ann@a.example; header Subject cats; expect accept }\n";
    const auto policy = load_folders(with(test + folder, {{"accounts.d/acme/a.rules", no_cats},
                                                          {"accounts.d/a.example/a.rules", test}}));
    BOOST_TEST(told(policy) == "");
    BOOST_TEST(policy.tests_run == 2);
}

BOOST_AUTO_TEST_CASE(the_administrator_switches_rules_of_accounts_and_they_their_own) {
    const Texts own{{"accounts.d/acme/a.rules", no_cats}};
    BOOST_TEST(said(load_folders(with(folder + "mode acme/* off\n", own))) == "accept");
    BOOST_TEST(said(load_folders(with(folder + "mode acme/no-cats audit\n", own))) == "accept");
    Texts switched{{"accounts.d/acme/a.rules", no_cats + "mode no-* audit\n"}};
    BOOST_TEST(said(load_folders(with(folder, switched))) == "accept");
    BOOST_TEST(said(load_folders(with(folder + "mode acme/* enforce\n", switched))) ==
               "reject rule acme/no-cats");
    // A rule that a customer has removed is no mistake of the administrator's.
    const auto gone = load_folders(with(folder + "mode acme/gone off\n", own));
    BOOST_TEST(gone.policy);
    BOOST_TEST(told(gone).find("warning: no rule is named \"acme/gone\"") != std::string::npos);
    const auto broken = load_folders(
        with(folder + "mode acme/broken off\n", {{"accounts.d/acme/a.rules", "rule\n"}}));
    BOOST_TEST(said(broken) == "accept");
}

BOOST_AUTO_TEST_CASE(an_account_switches_no_rule_of_others) {
    const auto policy =
        load_folders(with(no_cats + folder, {{"accounts.d/acme/a.rules", "mode no-cats off\n"}}));
    BOOST_TEST(told(policy) ==
               "accounts.d/acme/a.rules:1:6: error: no rule is named \"no-cats\"\n");
}

BOOST_AUTO_TEST_CASE(folders_that_nobody_can_have_are_told) {
    const auto policy = load_folders(with(folder, {{"accounts.d/two words/a.rules", no_cats},
                                                   {"accounts.d/acme/a.rules", no_cats},
                                                   {"accounts.d/ACME/a.rules", no_cats},
                                                   {"accounts.d/empty/README", "nothing"}}));
    BOOST_TEST(told(policy).find("accounts.d/two words:1:1: error: this cannot be the name") !=
               std::string::npos);
    BOOST_TEST(
        told(policy).find("accounts.d/acme:1:1: error: a second folder of acme; the first is "
                          "accounts.d/ACME") != std::string::npos);
    BOOST_TEST(said(policy) == "reject rule acme/no-cats");
    BOOST_TEST(policy.policy->folders.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_statement_is_given_once_and_names_what_is_there) {
    BOOST_TEST(told(load_folders(with(folder, {}))) ==
               "p.conf:3:17: warning: no account has a folder in accounts.d\n");
    BOOST_TEST(
        told(load_folders(with(folder + folder, {}))).find("error: a second \"accounts-folder\"") !=
        std::string::npos);
    BOOST_TEST(told(load_folders(with("accounts-folder accounts.d may discrd\n", {})))
                   .find("did you mean \"discard\"?") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_one_account_asks_of_attachments_and_campaigns_costs_no_other) {
    const auto policy = load_folders(
        with(folder, {{"accounts.d/acme/a.rules",
                       "rule a { when any-text has \"x\" or campaign > 9 in 1h; reject }\n"}}));
    BOOST_TEST(!policy.policy->needs_attachments);
    BOOST_TEST(!policy.policy->asks_mailing);
    BOOST_TEST(policy.policy->folders.at("acme").needs_attachments);
    BOOST_TEST(rehearsed(policy, {}).decision.mailing_size.has_value());
    BOOST_TEST(!rehearsed(policy, {.user = "x@other.example"}).decision.mailing_size.has_value());
}

BOOST_AUTO_TEST_CASE(an_account_cannot_make_others_wait_for_its_patterns_and_tests) {
    const auto load_own = [](const std::string& own) {
        return told(load_folders(with(folder, {{"accounts.d/acme/a.rules", own}})));
    };
    std::string tests;
    const std::string test = "test \"t\" { as ann@a.example; expect accept }\n";
    for (int i = 0; i < 200; ++i) tests += test;
    BOOST_TEST(load_own(tests) == "");
    BOOST_TEST(load_own(tests + test) ==
               "accounts.d/acme/a.rules:201:6: error: an account may have 200 tests\n");
    BOOST_TEST(load_own(std::string(256 * 1024, '#')) == "");
    BOOST_TEST(load_own(std::string(256 * 1024 + 1, '#')) ==
               "accounts.d/acme:1:1: error: the rules of an account may have 256 KB together\n");
}

BOOST_AUTO_TEST_CASE(an_account_cannot_fill_the_memory) {
    const auto policy = load_folders(
        with(folder,
             {{"accounts.d/acme/a.rules", "words w file w\nrule r { when text has w; reject }\n"},
              {"accounts.d/acme/w", std::string(17 << 20, '#')}}));
    BOOST_TEST(
        told(policy).find("a.rules:1:14: error: accounts.d/acme/w: all files of an account may "
                          "have 16 MB together") != std::string::npos);
}

}  // namespace
}  // namespace spillway::language
