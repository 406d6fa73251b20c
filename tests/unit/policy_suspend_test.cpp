// Whom a rule suspends, and after how many strikes.
#include "policy/suspend.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;
using namespace std::chrono_literals;
using limits::Whom;

namespace {

Rule suspending(std::initializer_list<Whom> whom, std::optional<limits::Sliding> after = {}) {
    Rule rule;
    rule.name = "word";
    for (const Whom one : whom) rule.actions.push_back(SuspendAction{one, 2h, after});
    rule.actions.push_back(TagAction{"bad"});
    return rule;
}

std::vector<SuspendOrder> orders(const Rule& rule, const Message& message) {
    const Policy policy = policy_of();
    return orders_of(rule, policy, identify(policy, message), noon);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_suspend)

BOOST_AUTO_TEST_CASE(an_order_names_whom_until_when_and_why) {
    const auto all =
        orders(suspending({Whom::user, Whom::domain, Whom::account}), mail_to({"b@r.example"}));
    BOOST_TEST_REQUIRE(all.size() == 3U);
    BOOST_TEST(all[0].suspension.suspect.who == "ann@a.example");
    BOOST_TEST(all[1].suspension.suspect.who == "a.example");
    BOOST_TEST(all[2].suspension.suspect.account == "a.example");
    BOOST_TEST((all[0].suspension.until == noon + 2h));
    BOOST_TEST(all[0].suspension.reason == "rule word");
    BOOST_TEST(!all[0].strike);
}

BOOST_AUTO_TEST_CASE(without_a_login_there_is_no_user_to_suspend) {
    Message message = mail_to({"b@r.example"});
    message.user.clear();
    const auto all = orders(suspending({Whom::user, Whom::domain}), message);
    BOOST_TEST_REQUIRE(all.size() == 1U);
    BOOST_TEST((all[0].suspension.suspect.whom == Whom::domain));
}

BOOST_AUTO_TEST_CASE(strikes_suspend_when_there_are_more_than_said_within_the_time) {
    const auto all =
        orders(suspending({Whom::user}, limits::Sliding{3, 1h}), mail_to({"b@r.example"}));
    limits::MemoryCounters counters;
    for (int i = 0; i < 3; ++i) BOOST_TEST(carry_out(all, counters, noon).empty());
    BOOST_TEST(counters.suspensions(noon).empty());
    BOOST_TEST(carry_out(all, counters, noon + 30min).size() == 1U);
    BOOST_TEST(counters.suspensions(noon + 30min).size() == 1U);

    limits::MemoryCounters slow;
    for (int i = 0; i < 10; ++i) BOOST_TEST(carry_out(all, slow, noon + i * 30min).empty());
}

BOOST_AUTO_TEST_CASE(whom_a_rule_suspends_the_next_message_asks_about) {
    const Policy policy = policy_of(limit_on(Unit::messages, Scope::domain));
    limits::MemoryCounters counters;
    const Message message = mail_to({"b@r.example"});
    for (const Whom whom : {Whom::user, Whom::domain, Whom::account}) {
        carry_out(orders(suspending({whom}), message), counters, noon);
        Questions questions = asked(policy, message);
        const auto outcome = counters.charge(*questions.call, noon);
        const Decision decision = decide(policy, message, std::move(questions), outcome);
        BOOST_TEST(decision.decided_by == "suspension");
        BOOST_TEST(std::get<Reject>(decision.verdict)
                       .reply.text.starts_with(std::string("Sending is suspended for ") +
                                               (whom == Whom::user ? "user ann@" : "")));
        BOOST_TEST(std::holds_alternative<limits::NotAsked>(decision.limits.at(0).answer));
        for (const auto& one : counters.suspensions(noon)) counters.unsuspend(one.suspect);
    }
}

BOOST_AUTO_TEST_CASE(a_name_written_otherwise_is_the_same_person) {
    Message message = mail_to({"b@r.example"});
    message.user = "ANN@A.example";
    const auto shouted = orders(suspending({Whom::user}), message);
    BOOST_TEST(shouted.at(0).suspension.suspect.who == "ann@a.example");
}

BOOST_AUTO_TEST_SUITE_END()
