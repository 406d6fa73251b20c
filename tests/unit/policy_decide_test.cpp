// What rules and counters make of each other; policies are built by hand here, so that the language
// cannot hide a mistake.
#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/variants.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

TemplateReply reply(int code) {
    return {code, code < 500 ? "4.7.1" : "5.7.1", *Template::parse("no: %{used}/%{max} %{next}")};
}

Limit limit(std::string name, limits::WhenUnavailable when = limits::WhenUnavailable::allow) {
    Limit one;
    one.name = std::move(name);
    one.rate = limits::Sliding{500, std::chrono::hours{1}};
    one.over = RejectAction{reply(552)};
    one.when_unavailable = when;
    return one;
}

Rule rule(std::string name, Action action, Mode mode = Mode::enforce) {
    Rule one;
    one.name = std::move(name);
    one.mode = mode;
    one.actions.push_back(std::move(action));
    return one;
}

template <typename... Limits>
Policy policy_with(Limits... limits) {
    Policy policy;
    policy.zone = date::locate_zone("UTC");
    (policy.limits.push_back(std::move(limits)), ...);
    return policy;
}

Message message_to(int recipients) {
    Message message;
    message.user = "ann@a.example";
    message.sender = {"ann", "a.example"};
    for (int i = 0; i < recipients; ++i) {
        message.recipients.push_back({{std::to_string(i), "r.example"}, ""});
    }
    return message;
}

Questions asked(const Policy& policy, const Message& message) {
    Facts facts(policy, message);
    return questions(facts);
}

Decision decided(const Policy& policy, const Message& message, const limits::Answers& answers) {
    limits::Outcome outcome;
    outcome.answers = answers;
    return decide(policy, message, asked(policy, message), outcome);
}

template <typename Kind>
bool is(const Decision& decision) {
    return std::holds_alternative<Kind>(decision.verdict);
}

const limits::Time noon{std::chrono::milliseconds{1'800'000'000'000}};

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_decide)

BOOST_AUTO_TEST_CASE(missing_counters_defer_but_never_hide_a_rejection) {
    Policy policy = policy_with(limit("hourly", limits::WhenUnavailable::defer), limit("other"));
    const limits::Answers silent{limits::Unavailable{}, limits::Unavailable{}};
    BOOST_TEST(is<Defer>(decided(policy, message_to(1), silent)));
    const limits::Answers over{limits::Unavailable{}, limits::Exceeded{500, noon, 500}};
    BOOST_TEST(is<Reject>(decided(policy, message_to(1), over)));

    policy.rules.push_back(rule("all", RejectAction{reply(550)}));
    BOOST_TEST(!asked(policy, message_to(1)).call);
    BOOST_TEST(is<Reject>(decided(policy, message_to(1), {})));
}

BOOST_AUTO_TEST_CASE(a_silent_counter_that_allows_lets_the_message_pass) {
    const Policy policy = policy_with(limit("hourly"));
    BOOST_TEST(is<Accept>(decided(policy, message_to(1), {limits::Unavailable{}})));
}

BOOST_AUTO_TEST_CASE(a_refused_message_is_not_charged_and_a_held_one_is) {
    Policy policy = policy_with(limit("hourly"));
    policy.rules.push_back(rule("hold", QuarantineAction{*Template::parse("why")}));
    BOOST_TEST(asked(policy, message_to(3)).call->charges.size() == 1U);
    policy.rules.insert(policy.rules.begin(), rule("drop", DiscardAction{}));
    BOOST_TEST(!asked(policy, message_to(3)).call);
}

BOOST_AUTO_TEST_CASE(the_refusal_names_limit_use_and_next_free_time) {
    const Policy policy = policy_with(limit("hourly"));
    const Decision decision = decided(policy, message_to(3), {limits::Exceeded{499, noon, 500}});
    BOOST_TEST(decision.decided_by == "limit hourly");
    BOOST_TEST(std::get<Reject>(decision.verdict).reply.text ==
               "no: 499/500 2027-01-15 08:00 UTC (limit hourly)");
    BOOST_TEST(decision.limits.at(0).cost == 3);
    BOOST_TEST(decision.limits.at(0).key == "hourly:domain:a.example");
}

BOOST_AUTO_TEST_CASE(scopes_never_make_an_empty_key) {
    Policy policy = policy_with(limit("l"));
    const auto key = [&](Scope scope, const Message& message) {
        policy.limits[0].scope = scope;
        return asked(policy, message).call->charges.at(0).key;
    };
    Message message = message_to(1);
    BOOST_TEST(key(Scope::user, message) == "l:user:ann@a.example");
    message.user.clear();
    BOOST_TEST(key(Scope::user, message) == "l:user:ann@a.example");
    BOOST_TEST(key(Scope::domain, message) == "l:domain:a.example");
    message.sender = {};
    message.client.ip = *match::parse_ip("192.0.2.7");
    for (const Scope scope : {Scope::user, Scope::domain, Scope::account}) {
        BOOST_TEST(key(scope, message).ends_with(":[192.0.2.7]"));
    }
    message.user = "bob";
    BOOST_TEST(key(Scope::domain, message) == "l:domain:bob");
}

BOOST_AUTO_TEST_CASE(accounts_come_from_the_map_by_login_then_by_domain) {
    Policy policy = policy_with();
    auto accounts = std::make_shared<match::PairMap>();
    BOOST_TEST_REQUIRE(accounts->add("a.example", "acct-1").has_value());
    BOOST_TEST_REQUIRE(accounts->add("eve@a.example", "acct-2").has_value());
    policy.accounts = accounts;
    Message message = message_to(1);
    BOOST_TEST(identify(policy, message).account == "acct-1");
    message.user = "eve@a.example";
    BOOST_TEST(identify(policy, message).account == "acct-2");
    message.user = "eve@b.example";
    BOOST_TEST(identify(policy, message).account == "b.example");
}

BOOST_AUTO_TEST_CASE(a_domains_limit_has_one_account_whoever_sends) {
    Policy policy = policy_with(limit("l"));
    auto accounts = std::make_shared<match::PairMap>();
    BOOST_TEST_REQUIRE(accounts->add("ann@a.example", "one").has_value());
    BOOST_TEST_REQUIRE(accounts->add("bob@a.example", "two").has_value());
    policy.accounts = accounts;
    Message message = message_to(1);
    for (const char* user : {"ann@a.example", "bob@a.example"}) {
        message.user = user;
        BOOST_TEST(asked(policy, message).call->charges.at(0).account == "a.example");
    }
    policy.limits[0].scope = Scope::account;
    BOOST_TEST(asked(policy, message).call->charges.at(0).account == "two");
}

BOOST_AUTO_TEST_CASE(the_case_of_a_login_makes_no_second_user) {
    Policy policy = policy_with(limit("l"));
    policy.limits[0].scope = Scope::user;
    Message message = message_to(1);
    message.user = "aNN@A.example";
    BOOST_TEST(asked(policy, message).call->charges.at(0).key == "l:user:ann@a.example");
}

BOOST_AUTO_TEST_CASE(many_authors_and_recipients_take_no_memory_for_their_pairs) {
    Policy policy = policy_with();
    Rule one = rule("pairs", RejectAction{reply(550)});
    And both;
    for (const Field field : {Field::from, Field::rcpt}) {
        both.parts.push_back(
            {Compare{field, "", Quantifier::each, InSet{std::make_shared<match::ValueSet>()}}});
    }
    one.when = Condition{std::move(both)};
    one.asks_from = one.asks_rcpt = true;
    policy.rules.push_back(std::move(one));
    Message message = message_to(1000);
    std::string from = "a@a.example";
    for (int i = 0; i < 900; ++i) from += fmt::format(",a{}@a.example", i);
    message.headers = {{"From", from}};
    BOOST_TEST(is<Accept>(decided(policy, message, {})));
}

BOOST_AUTO_TEST_CASE(a_flood_of_forged_fields_is_refused_in_no_time) {
    const Policy policy = policy_with();
    Message message = message_to(1);
    for (int i = 0; i < 100; ++i) message.headers.push_back({fmt::format("X-Spillway-{}", i), ""});
    BOOST_TEST(decided(policy, message, {}).edits.size() == 100U);
    for (int i = 0; i < 50'000; ++i)
        message.headers.push_back({fmt::format("x-spillWay-{}", i), ""});
    const Decision decision = decided(policy, message, {});
    BOOST_TEST(decision.decided_by == "forged fields");
    BOOST_TEST(is<Reject>(decision));
    BOOST_TEST(decision.edits.empty());
}

BOOST_AUTO_TEST_CASE(patterns_that_explode_do_not_add_up) {
    Policy policy = policy_with();
    Rule one = rule("slow", RejectAction{reply(550)});
    one.when = Condition{Compare{Field::header, "X-A", Quantifier::each,
                                 Matches{*match::Pattern::compile("^(a+)+$", "")}}};
    policy.rules.push_back(std::move(one));
    Message message = message_to(1);
    for (int i = 0; i < 20'000; ++i) {
        message.headers.push_back({"X-A", std::string(40, 'a') + "!"});
    }
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(is<Defer>(decided(policy, message, {})));
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(8)));
}

BOOST_AUTO_TEST_CASE(an_audit_rule_is_reported_and_the_next_one_read) {
    Policy policy = policy_with();
    policy.rules.push_back(rule("look", RejectAction{reply(550)}, Mode::audit));
    policy.rules.push_back(rule("off", RejectAction{reply(550)}, Mode::off));
    policy.rules.push_back(rule("add", AddHeaderAction{"X-A", *Template::parse("%{domain}")}));
    const Decision decision = decided(policy, message_to(1), {});
    BOOST_TEST(is<Accept>(decision));
    BOOST_TEST_REQUIRE(decision.rules.size() == 2U);
    BOOST_TEST((decision.rules[0].matched == match::Match::yes));
    BOOST_TEST(std::get<AddHeader>(decision.edits.at(0)).value == "a.example");
}

// Edits as one line each: "-name nth", "=name value", "+name value".
std::vector<std::string> edits_of(const Policy& policy, std::vector<mail::Header> headers) {
    Message message = message_to(1);
    message.headers = std::move(headers);
    std::vector<std::string> edits;
    for (const Edit& edit : decided(policy, message, {}).edits)
        edits.push_back(std::visit(
            Overloaded{
                [](const AddHeader& e) { return "+" + e.name + " " + e.value; },
                [](const ReplaceHeader& e) { return "=" + e.name + " " + e.value; },
                [](const RemoveHeader& e) { return "-" + e.name + " " + std::to_string(e.nth); },
                [](const AddRecipient& e) { return "to " + e.address; },
                [](const RemoveRecipient& e) { return "not to " + e.argument; }},
            edit));
    return edits;
}

BOOST_AUTO_TEST_CASE(names_that_end_in_a_star_remove_all_that_begin_so) {
    Policy policy = policy_with();
    policy.rules.push_back(rule("clean", RemoveHeaderAction{{"X-PHP-*", "received"}}));
    const std::vector<std::string> wanted{"-x-php-script 2", "-x-php-script 1",
                                          "-X-Php-Originating-Script 1", "-received 2",
                                          "-received 1"};
    BOOST_TEST(edits_of(policy, {{"x-php-script", "a"},
                                 {"Received", "b"},
                                 {"X-PHP", "stays"},
                                 {"X-Php-Originating-Script", "c"},
                                 {"X-PHP-Script", "d"},
                                 {"RECEIVED", "e"}}) == wanted,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_replaced_field_keeps_its_place_and_the_others_of_its_name_go) {
    Policy policy = policy_with();
    policy.rules.push_back(
        rule("brand", ReplaceHeaderAction{"X-Mailer", *Template::parse("ours of %{domain}")}));
    policy.rules.push_back(rule("late", RemoveHeaderAction{{"X-Mailer"}}));
    const std::vector<std::string> wanted{"-X-Mailer 2", "=X-Mailer ours of a.example"};
    BOOST_TEST(edits_of(policy, {{"x-mailer", "a"}, {"From", "b"}, {"X-Mailer", "c"}}) == wanted,
               boost::test_tools::per_element());
    BOOST_TEST(edits_of(policy, {{"From", "b"}}).empty());
}

BOOST_AUTO_TEST_CASE(fields_with_a_token_are_ours_whoever_the_rule_is_for) {
    Policy policy = policy_with();
    Rule sealing =
        rule("seal", AddHeaderAction{"CFBL-Feedback-ID", *Template::parse("%{abuse-id}", header_variables)});
    sealing.when = Condition{Tagged{"never"}};
    policy.rules.push_back(std::move(sealing));
    arrange(policy);
    BOOST_TEST(policy.needs_abuse_id);
    const std::vector<std::string> wanted{"-cfbl-feedback-id 2", "-cfbl-feedback-id 1"};
    BOOST_TEST(edits_of(policy, {{"cfbl-feedback-id", "forged"}, {"CFBL-Feedback-ID", "forged"}}) ==
                   wanted,
               boost::test_tools::per_element());

    policy.rules.front().mode = Mode::audit;
    policy.rules.front().when.reset();
    policy.needs_abuse_id = false;
    arrange(policy);
    BOOST_TEST(!policy.needs_abuse_id);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_goes_by_on_error_and_not_leaves_it_so) {
    for (const bool negate : {false, true}) {
        Policy policy = policy_with();
        Rule one = rule("net", RejectAction{reply(550)});
        Condition unknown{Compare{Field::client_ip, "", Quantifier::each,
                                  InNetworks{std::make_shared<match::NetworkSet>()}}};
        one.when = negate ? Condition{Not{std::make_unique<Condition>(std::move(unknown))}}
                          : std::move(unknown);
        policy.rules.push_back(std::move(one));
        const Message message = message_to(1);  // the client's address is not known
        BOOST_TEST(is<Defer>(decided(policy, message, {})));
        policy.rules[0].on_error = OnError::match;
        BOOST_TEST(is<Reject>(decided(policy, message, {})));
        policy.rules[0].on_error = OnError::no_match;
        BOOST_TEST(is<Accept>(decided(policy, message, {})));
        policy.rules[0].on_error = OnError::quarantine;
        BOOST_TEST(is<Quarantine>(decided(policy, message, {})));
        policy.rules[0].on_error = OnError::defer;
        policy.rules.push_back(rule("later", RejectAction{reply(550)}));
        BOOST_TEST(decided(policy, message, {}).decided_by == "rule later");
    }
}

BOOST_AUTO_TEST_CASE(replies_fit_one_smtp_line) {
    Policy policy = policy_with();
    policy.rules.push_back(rule(
        "long", RejectAction{{550, "5.7.1", *Template::parse(std::string(390, 'x') + "%{user}")}}));
    Message message = message_to(1);
    message.user = std::string(300, 'u') + "@a.example";
    const Decision decision = decided(policy, message, {});
    const auto& text = std::get<Reject>(decision.verdict).reply.text;
    BOOST_TEST(text.size() <= 480U);
    BOOST_TEST(text.ends_with(" (rule long)"));
}

BOOST_AUTO_TEST_SUITE_END()
