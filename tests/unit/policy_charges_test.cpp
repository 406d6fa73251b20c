// What a message costs under each limit, and whose plans go before its rate.
#include "policy/charges.h"

#include <boost/test/unit_test.hpp>

#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

// "key cost" of each charge; of distinct recipients "key {who ...}".
std::vector<std::string> told(const Policy& policy, const Message& message) {
    std::vector<std::string> lines;
    for (const limits::Charge& charge : charges(policy, message)) {
        std::string line = charge.key + " ";
        if (charge.members.empty()) line += std::to_string(charge.cost);
        for (const std::string& one : charge.members) line += "{" + one + "}";
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

Message five() {  // one of them named twice, once with another case
    return mail_to({"b@r.example", "b@r.example", "B@r.example", "c@s.example", "d@s.example"});
}

#define CHARGES(policy, message, ...) \
    BOOST_TEST(told(policy, message) == (Lines{__VA_ARGS__}), boost::test_tools::per_element())

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_charges)

BOOST_AUTO_TEST_CASE(each_unit_costs_what_it_says) {
    const auto per = [](Unit unit) { return policy_of(limit_on(unit, Scope::domain)); };
    CHARGES(per(Unit::messages), five(), "l:domain:a.example 1");
    CHARGES(per(Unit::bytes), five(), "l:domain:a.example 2048");
    CHARGES(per(Unit::recipients), five(), "l:domain:a.example 4");
    CHARGES(per(Unit::unique_recipients), five(),
            "l:domain:a.example {b@r.example}{c@s.example}{d@s.example}");
    BOOST_TEST(told(per(Unit::logins), five()).empty());
    const Policy held = policy_of(limit_on(Unit::connections, Scope::user, AtOnce{3}));
    BOOST_TEST(told(held, five()).empty());
}

BOOST_AUTO_TEST_CASE(each_scope_has_its_key_account_and_plans) {
    struct Case {
        Scope scope;
        const char* key;
        const char* account;
        Lines plans;
    };
    const Case cases[] = {
        {Scope::user,
         "l:user:ann@a.example",
         "acme",
         {"l:user:ann@a.example", "l:domain:a.example", "l:account:acme"}},
        {Scope::user_ip,
         "l:user-ip:ann@a.example 192.0.2.7",
         "acme",
         {"l:user:ann@a.example", "l:domain:a.example", "l:account:acme"}},
        {Scope::domain, "l:domain:a.example", "acme", {"l:domain:a.example", "l:account:acme"}},
        {Scope::account, "l:account:acme", "acme", {"l:account:acme"}},
        {Scope::client_ip, "l:client-ip:192.0.2.7", "192.0.2.7", {"l:client-ip:192.0.2.7"}},
        {Scope::everything, "l:everything:all", "all", {"l:everything:all"}},
        {Scope::rcpt_domain, "l:rcpt-domain:r.example", "r.example", {"l:rcpt-domain:r.example"}},
    };
    for (const Case& expected : cases) {
        Policy policy = policy_of(limit_on(Unit::recipients, expected.scope));
        auto accounts = std::make_shared<match::PairMap>();
        BOOST_TEST_REQUIRE(accounts->add("a.example", "acme").has_value());
        policy.accounts = accounts;
        const auto all = charges(policy, mail_to({"b@r.example"}));
        BOOST_TEST_REQUIRE(all.size() == 1U);
        BOOST_TEST(all[0].key == expected.key);
        BOOST_TEST(all[0].account == expected.account);
        BOOST_TEST(all[0].plans == expected.plans, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(recipient_domains_are_charged_one_by_one) {
    const auto per = [](Unit unit) { return policy_of(limit_on(unit, Scope::rcpt_domain)); };
    CHARGES(per(Unit::recipients), five(), "l:rcpt-domain:r.example 2",
            "l:rcpt-domain:s.example 2");
    CHARGES(per(Unit::messages), five(), "l:rcpt-domain:r.example 1", "l:rcpt-domain:s.example 1");
    CHARGES(per(Unit::bytes), five(), "l:rcpt-domain:r.example 2048",
            "l:rcpt-domain:s.example 2048");
    CHARGES(per(Unit::unique_recipients), five(), "l:rcpt-domain:r.example {b@r.example}",
            "l:rcpt-domain:s.example {c@s.example}{d@s.example}");
}

BOOST_AUTO_TEST_CASE(conditions_are_asked_of_each_recipient) {
    Policy others = policy_of(limit_on(Unit::recipients, Scope::domain));
    Limit& limit = others.limits[0];
    limit.unless = recipient_at("s.example");
    CHARGES(others, five(), "l:domain:a.example 2");
    limit.unit = Unit::messages;
    CHARGES(others, five(), "l:domain:a.example 1");
    limit.unit = Unit::unique_recipients;
    CHARGES(others, five(), "l:domain:a.example {b@r.example}");
    BOOST_TEST(told(others, mail_to({"c@s.example"})).empty());
    limit.scope = Scope::rcpt_domain;
    CHARGES(others, five(), "l:rcpt-domain:r.example {b@r.example}");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_is_counted) {
    Policy elsewhere = policy_of(limit_on(Unit::messages, Scope::domain));
    elsewhere.limits[0].when = Condition{Compare{
        Field::client_ip, "", Quantifier::each, InNetworks{std::make_shared<match::NetworkSet>()}}};
    BOOST_TEST(told(elsewhere, five()).empty());
    Message unknown = five();
    unknown.client.ip.reset();
    CHARGES(elsewhere, unknown, "l:domain:a.example 1");
}

BOOST_AUTO_TEST_CASE(a_message_asks_for_all_its_limits_and_its_senders_at_once) {
    Limit second = limit_on(Unit::bytes, Scope::user);
    second.name = "m";
    second.notice.levels = {80, 100};
    second.when_unavailable = limits::WhenUnavailable::defer;
    const Policy policy = policy_of(limit_on(Unit::messages, Scope::domain), std::move(second));
    const Questions all = asked(policy, five());
    BOOST_TEST_REQUIRE(all.call->charges.size() == 2U);
    BOOST_TEST(all.asked[1]->name == "m");
    BOOST_TEST(all.call->charges[1].levels == (std::vector<int>{80, 100}),
               boost::test_tools::per_element());
    BOOST_TEST((all.call->charges[1].when_unavailable == limits::WhenUnavailable::defer));
    BOOST_TEST(all.call->senders.size() == 3U);
    BOOST_TEST(!all.call->message.empty());
    BOOST_TEST(!all.call->mailing);
}

BOOST_AUTO_TEST_CASE(a_place_is_asked_of_smtp_connections_only) {
    const Policy policy = policy_of(limit_on(Unit::connections, Scope::user, AtOnce{3}));
    Message message = five();
    const auto places = places_of(policy, message);
    BOOST_TEST_REQUIRE(places.size() == 1U);
    BOOST_TEST(places[0].place.key == "l:user:ann@a.example");
    BOOST_TEST(places[0].place.most == 3);
    message.client.local_submission = true;
    BOOST_TEST(places_of(policy, message).empty());
}

BOOST_AUTO_TEST_CASE(for_explain_conditions_and_logins_count) {
    Limit login = limit_on(Unit::logins, Scope::user);
    login.name = "m";
    Limit never = limit_on(Unit::recipients, Scope::domain);
    never.unless = recipient_at("r.example");
    const Policy policy = policy_of(std::move(never), std::move(login));
    const auto all = charges_of_sender(policy, mail_to({"b@r.example"}));
    BOOST_TEST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[1].charge.key == "m:user:ann@a.example");
}

BOOST_AUTO_TEST_SUITE_END()
