// Whom an operator means, and that what is set for him is what his next message is charged by.
#include "policy/who.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "policy/facts.h"
#include "policy/identity.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

std::string understood(std::string_view words) {
    const auto who = parse_who(words);
    return who ? in_words(*who) : "mistake: " + who.error();
}

bool is_mistaken(std::string_view words) { return !parse_who(words); }

Limit limit_of(Scope scope) {
    Limit limit;
    limit.name = "some";
    limit.scope = scope;
    limit.rate = limits::Sliding{500, std::chrono::hours{1}};
    return limit;
}

Policy policy_with(Limit limit) {
    Policy policy;
    policy.zone = date::locate_zone("UTC");
    policy.limits.push_back(std::move(limit));
    return policy;
}

std::shared_ptr<const match::PairMap> accounts(
    const std::vector<std::pair<std::string, std::string>>& pairs) {
    auto map = std::make_shared<match::PairMap>();
    for (const auto& [key, value] : pairs) BOOST_REQUIRE(map->add(key, value).has_value());
    return map;
}

Message message_of(const std::string& user, const std::string& sender = "ann@a.example") {
    Message message;
    message.user = user;
    message.sender = mail::envelope_address(sender);
    message.client.ip = *match::parse_ip("192.0.2.7");
    message.recipients.push_back({mail::envelope_address("bob@r.example"), ""});
    return message;
}

// Whether the message's charge would find the plan: its name, kept in its account.
bool is_met(const Policy& policy, const Message& message, std::string_view who) {
    const auto plans = plans_for(policy, policy.limits[0], parse_who(who).value(), 7);
    BOOST_REQUIRE_MESSAGE(plans.has_value(), (plans ? "" : plans.error()));
    const AskedCharge asked = charges_of_sender(policy, message).at(0);
    return std::ranges::any_of(*plans, [&](const limits::Plan& plan) {
        return plan.account == asked.charge.account &&
               std::ranges::find(asked.charge.plans, plan.name) != asked.charge.plans.end();
    });
}

std::string refused(const Limit& limit, std::string_view who, std::int64_t max = 7) {
    const auto plans = plans_for(policy_with({}), limit, parse_who(who).value(), max);
    return plans ? "" : plans.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_word_that_shows_what_it_is_needs_no_scope) {
    BOOST_TEST(understood("Ann@A.Example") == "user ann@a.example");
    BOOST_TEST(understood("A.Example") == "domain a.example");
    BOOST_TEST(understood("192.0.2.1") == "client-ip 192.0.2.1");
    BOOST_TEST(understood("2001:DB8:0::9") == "client-ip 2001:db8::9");
    BOOST_TEST(understood("everything") == "everything");
    BOOST_TEST(understood("acme") ==
               "mistake: \"acme\" may be a user, an account or else: say which, as in \"account "
               "acme\"");
}

BOOST_AUTO_TEST_CASE(a_scope_says_what_the_rest_is) {
    BOOST_TEST(understood("user ann") == "user ann");
    BOOST_TEST(understood("account Acme Ltd") == "account acme ltd");
    BOOST_TEST(understood("domain bücher.example") == "domain xn--bcher-kva.example");
    BOOST_TEST(understood("domain  uid 33 ") == "domain uid 33");
    BOOST_TEST(understood("domain [192.0.2.7]") == "domain [192.0.2.7]");
    BOOST_TEST(understood("rcpt-domain gmail.com") == "rcpt-domain gmail.com");
}

BOOST_AUTO_TEST_CASE(what_names_nobody_is_a_mistake_with_advice) {
    for (const char* words :
         {"", "user", "domain", "domain two words", "client-ip a.example", "everything else",
          "who ann@a.example", "rcpt-domain a..b", "user-ip ann@a.example 192.0.2.1"})
        BOOST_TEST(is_mistaken(words), words);
    BOOST_TEST(understood("user-ip x").find("go") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_plan_is_met_by_the_next_message_in_every_scope) {
    const Message ann = message_of("Ann@A.example");
    const std::vector<std::pair<Scope, std::vector<std::string>>> known{
        {Scope::account, {"account %"}},
        {Scope::domain, {"domain a.example", "account %"}},
        {Scope::user, {"user ann@a.example", "domain a.example", "account %"}},
        {Scope::user_ip, {"user ann@a.example", "domain a.example", "account %"}},
        {Scope::client_ip, {"client-ip 192.0.2.7"}},
        {Scope::rcpt_domain, {"rcpt-domain r.example"}},
        {Scope::everything, {"everything"}}};
    const std::vector<std::pair<std::string, std::shared_ptr<const match::PairMap>>> maps{
        {"a.example", nullptr},
        {"acme", accounts({{"a.example", "Acme"}})},
        {"a.example", accounts({{"other.example", "other"}})}};
    for (const auto& [account, map] : maps) {
        for (const auto& [scope, people] : known) {
            Policy policy = policy_with(limit_of(scope));
            policy.accounts = map;
            for (std::string who : people) {
                if (who.ends_with('%')) who.replace(who.size() - 1, 1, account);
                BOOST_TEST(is_met(policy, ann, who), name_of(scope) << ", " << who);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_domains_plan_is_met_by_logins_that_belong_to_other_accounts) {
    Policy policy = policy_with(limit_of(Scope::user));
    policy.accounts = accounts({{"a.example", "acme"}, {"ann@a.example", "anns-own"}});
    for (const char* user : {"ann@a.example", "dan@a.example"})
        BOOST_TEST(is_met(policy, message_of(user), "domain a.example"), user);
    BOOST_TEST(is_met(policy, message_of("ann@a.example"), "user ann@a.example"));
    BOOST_TEST(is_met(policy, message_of("", "ann@a.example"), "user ann@a.example"));
    BOOST_TEST(is_met(policy, message_of("ann@a.example"), "account anns-own"));
    BOOST_TEST(!is_met(policy, message_of("ann@a.example"), "account acme"));
}

BOOST_AUTO_TEST_CASE(mail_without_a_login_meets_the_plan_of_what_stands_for_one) {
    Policy policy = policy_with(limit_of(Scope::user));
    Message script = message_of("", "");
    script.client.local_submission = true;
    script.headers.push_back({std::string(uid_field), "33"});
    BOOST_TEST(is_met(policy, script, "user uid 33"));
    BOOST_TEST(is_met(policy, script, "domain uid 33"));
    BOOST_TEST(is_met(policy, script, "account uid 33"));
    BOOST_TEST(is_met(policy, message_of("", "<>"), "user [192.0.2.7]"));
}

BOOST_AUTO_TEST_CASE(a_login_without_a_domain_needs_the_accounts_map) {
    Policy policy = policy_with(limit_of(Scope::user));
    const Who ann = parse_who("user ann").value();
    const auto unknown = plans_for(policy, policy.limits[0], ann, 7);
    BOOST_REQUIRE(!unknown.has_value());
    BOOST_TEST(unknown.error().find("accounts map") != std::string::npos);

    policy.accounts = accounts({{"ann", "acme"}});
    BOOST_TEST(is_met(policy, message_of("ann"), "user ann"));
}

BOOST_AUTO_TEST_CASE(plans_without_effect_are_refused_with_the_reason) {
    BOOST_TEST(
        refused(limit_of(Scope::domain), "user ann@a.example") ==
        "limit some is of scope domain: a maximum of its own may be set for domain, account, "
        "not user");
    BOOST_TEST(refused(limit_of(Scope::everything), "domain a.example").find("not domain") !=
               std::string::npos);

    Limit pace = limit_of(Scope::domain);
    pace.rate = limits::Pacing{1, std::chrono::seconds{8}};
    BOOST_TEST(refused(pace, "domain a.example").find("unlimited") != std::string::npos);
    BOOST_TEST(refused(pace, "domain a.example", limits::unlimited).empty());

    Limit places = limit_of(Scope::user);
    places.unit = Unit::connections;
    places.rate = AtOnce{8};
    BOOST_TEST(refused(places, "domain a.example").empty());
}

BOOST_AUTO_TEST_CASE(a_key_gives_back_the_charge_it_was_made_by) {
    for (const Scope scope : {Scope::account, Scope::domain, Scope::user, Scope::user_ip,
                              Scope::client_ip, Scope::rcpt_domain, Scope::everything}) {
        Policy policy = policy_with(limit_of(scope));
        policy.accounts = accounts({{"a.example", "acme"}});
        const Message message = message_of("Ann@a.example");
        const limits::Charge made = charges_of_sender(policy, message).at(0).charge;
        const auto again = charge_of_key(policy, made.key, made.account, message.received);
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST(again->charge.plans == made.plans, boost::test_tools::per_element());
        BOOST_TEST(again->charge.account == made.account);
        BOOST_TEST(std::holds_alternative<limits::Sliding>(again->charge.rate));
    }
}

BOOST_AUTO_TEST_CASE(keys_of_no_limit_give_no_charge) {
    Policy policy = policy_with(limit_of(Scope::domain));
    for (const char* key : {"", "some", "some:domain", "some:user:ann@a.example",
                            "strikes/phi:user:ann@a.example", "other:domain:a.example"})
        BOOST_TEST(!charge_of_key(policy, key, "a.example", {}).has_value(), key);
}

BOOST_AUTO_TEST_CASE(users_domains_and_accounts_can_be_suspended) {
    Policy policy = policy_with(limit_of(Scope::domain));
    policy.accounts = accounts({{"a.example", "acme"}});
    const Message message = message_of("ann@a.example");
    Facts facts(policy, message);
    const auto asked = questions(facts).call.value().senders;
    for (const char* who : {"user ann@a.example", "domain a.example", "account acme"}) {
        const auto suspect = suspect_of(policy, parse_who(who).value());
        BOOST_REQUIRE(suspect.has_value());
        BOOST_TEST((std::ranges::find(asked, *suspect) != asked.end()), who);
        BOOST_TEST(in_words(*suspect) == who);
    }
    BOOST_TEST(!suspect_of(policy, parse_who("192.0.2.7").value()).has_value());
}
