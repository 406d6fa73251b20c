#include "policy/readings.h"

#include <chrono>
#include <memory>
#include <numeric>
#include <string>

#include <boost/test/unit_test.hpp>

#include "unit/policy_bench.h"

namespace spillway::policy {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

Rule rule(std::optional<Condition> when, Mode mode = Mode::enforce) {
    Rule one;
    one.name = "r";
    one.mode = mode;
    one.when = std::move(when);
    one.actions.emplace_back(RejectAction{reply(550)});
    return one;
}

Condition text_has(const char* words) {
    return {Compare{Field::text, "", Quantifier::each, Matches{match::Pattern::phrase(words)}}};
}

Condition client_known() {
    return {Compare{Field::client_ip, "", Quantifier::each,
                    InNetworks{std::make_shared<match::NetworkSet>()}}};
}

template <typename... Rules>
Policy book(Rules... rules) {
    Policy policy = policy_of();
    (policy.rules.push_back(std::move(rules)), ...);
    arrange(policy);
    return policy;
}

Readings read(const Policy& policy, const Message& message) {
    Facts facts(policy, message);
    questions(facts);
    return facts.take_readings();
}

nanoseconds sum_of(const Readings& readings) {
    nanoseconds sum =
        std::accumulate(readings.shared.begin(), readings.shared.end(), nanoseconds());
    for (const RuleReading& one : readings.rules) sum += one.took;
    return sum;
}

BOOST_AUTO_TEST_SUITE(readings)

BOOST_AUTO_TEST_CASE(rules_that_are_not_reached_are_not_asked) {
    const Policy policy = book(rule(recipient_at("bad.example"), Mode::audit),
                               rule(recipient_at("b.example"), Mode::off),
                               rule(recipient_at("b.example")), rule(std::nullopt));
    const Readings readings = read(policy, mail_to({"bob@b.example", "eve@b.example"}));
    BOOST_REQUIRE_EQUAL(readings.rules.size(), 4U);
    BOOST_TEST((readings.rules[0].asked && readings.rules[0].hits == 0));
    BOOST_TEST(!readings.rules[1].asked);
    BOOST_TEST(readings.rules[2].hits == 1U);
    BOOST_TEST(!readings.rules[3].asked);
}

BOOST_AUTO_TEST_CASE(what_a_rule_could_not_tell_comes_with_the_reason) {
    Message message = mail_to({"bob@b.example"});
    message.client.ip.reset();
    const Readings readings =
        read(book(rule(std::nullopt, Mode::audit), rule(client_known())), message);
    BOOST_REQUIRE_EQUAL(readings.unsure.size(), 1U);
    BOOST_TEST(readings.unsure[0].rule == 1U);
    BOOST_TEST(readings.unsure[0].why == "the client's address is not known");
}

// At RCPT each recipient is asked for, and those that are refused are hits; what the rule cannot
// tell there is told at the end.
BOOST_AUTO_TEST_CASE(stages_add_up) {
    const Policy policy = book(rule(recipient_at("b.example")), rule(client_known()));
    Readings readings;
    Message message = mail_to({});
    message.client.ip.reset();
    for (const char* one : {"x@b.example", "y@b.example", "z@c.example"}) {
        message.recipients = {{mail::envelope_address(one), one}};
        Facts facts(policy, message);
        facts.readings = std::move(readings);
        refusal_at(Stage::recipient, facts);
        readings = facts.take_readings();
    }
    BOOST_TEST(readings.rules[0].hits == 2U);
    BOOST_TEST(readings.unsure.empty());
    const nanoseconds early = readings.rules[0].took;
    Facts facts(policy, message);
    facts.readings = std::move(readings);
    questions(facts);
    readings = facts.take_readings();
    BOOST_TEST(readings.rules[0].hits == 2U);
    BOOST_TEST((readings.rules[0].took > early));
    BOOST_TEST(readings.unsure.size() == 1U);
}

// Whoever asks first must not pay for all.
BOOST_AUTO_TEST_CASE(making_the_text_is_no_rules_and_no_time_is_told_twice) {
    const Policy policy = book(rule(text_has("blue moon")), rule(text_has("red moon")));
    Message message = mail_to({"bob@b.example"});
    std::string bytes = "Content-Type: text/html\r\n\r\n";
    for (int i = 0; i < 20'000; ++i) bytes += "<p>All <b>work</b> and no &eacute;lan\r\n";
    message.bytes = bytes;
    const auto began = steady_clock::now();
    Readings readings = read(policy, message);
    const nanoseconds took = steady_clock::now() - began;
    BOOST_TEST((sum_of(readings) <= took));
    BOOST_TEST((readings.of(SharedWork::texts) > took / 2));
    BOOST_TEST((readings.rules[0].took < took / 2));
    BOOST_TEST((readings.of(SharedWork::attachments) == nanoseconds()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway::policy
