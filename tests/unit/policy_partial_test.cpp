// Recipients accepted one by one, as far as there is room.
#include "policy/partial.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

Limit partial(std::string name, Scope scope, std::int64_t count) {
    Limit limit = limit_on(Unit::recipients, scope, limits::Sliding{count, std::chrono::hours{1}});
    limit.name = std::move(name);
    limit.over = PartialAction{reply(452, "%{limit} %{used}/%{max} %{next}")};
    return limit;
}

// One message that names its recipients one after the other.
struct Naming {
    Policy policy;
    limits::MemoryCounters counters;
    Message message = mail_to({});
    Acceptance acceptance;

    std::optional<Refusal> refusal(const char* recipient) {
        message.recipients.push_back({mail::envelope_address(recipient), recipient});
        auto refused = acceptance.refused(policy, message, counters, noon);
        if (refused) message.recipients.pop_back();
        return refused;
    }
    std::string reply(const char* recipient) {
        const auto refused = refusal(recipient);
        return refused ? std::get<Defer>(refused->verdict).reply.text : "accepted";
    }
    void use(std::int64_t cost) {
        limits::Charge charge = charges(policy, mail_to({"x@x.example"})).at(0);
        charge.cost = cost;
        counters.record({charge}, noon);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_partial)

BOOST_FIXTURE_TEST_CASE(so_many_as_fit_are_accepted, Naming) {
    policy = policy_of(partial("l", Scope::domain, 5));
    use(3);
    BOOST_TEST(reply("a@r.example") == "accepted");
    BOOST_TEST(reply("b@r.example") == "accepted");
    BOOST_TEST(reply("c@r.example") == "l 5/5 2027-01-15 09:01 UTC");
    BOOST_TEST(reply("d@r.example") == "l 5/5 2027-01-15 09:01 UTC");
    // What was accepted fits when it is charged.
    limits::Outcome outcome = counters.charge(*asked(policy, message).call, noon);
    BOOST_TEST(limits::all_granted(outcome.answers));
}

BOOST_FIXTURE_TEST_CASE(recipients_a_limit_does_not_count_always_fit, Naming) {
    policy = policy_of(partial("l", Scope::domain, 1));
    policy.limits[0].unless = recipient_at("free.example");
    BOOST_TEST(reply("a@free.example") == "accepted");
    BOOST_TEST(reply("b@r.example") == "accepted");
    BOOST_TEST(refusal("c@r.example").has_value());
    BOOST_TEST(reply("d@free.example") == "accepted");
}

BOOST_FIXTURE_TEST_CASE(a_refused_recipient_uses_up_no_other_limit, Naming) {
    policy = policy_of(partial("wide", Scope::domain, 2), partial("narrow", Scope::rcpt_domain, 1));
    BOOST_TEST(reply("a@r.example") == "accepted");
    BOOST_TEST(reply("b@r.example").starts_with("narrow 1/1"));
    BOOST_TEST(reply("c@s.example") == "accepted");
    BOOST_TEST(reply("d@t.example").starts_with("wide 2/2"));
}

BOOST_FIXTURE_TEST_CASE(a_plan_without_end_refuses_nobody, Naming) {
    policy = policy_of(partial("l", Scope::domain, 1));
    counters.set_plan({"a.example", "l:domain:a.example", limits::unlimited});
    for (const char* one : {"a@r.example", "b@r.example", "c@r.example"})
        BOOST_TEST(reply(one) == "accepted");
}

BOOST_FIXTURE_TEST_CASE(local_mail_is_never_refused_in_part, Naming) {
    policy = policy_of(partial("l", Scope::domain, 0));
    message.client.local_submission = true;
    BOOST_TEST(reply("a@r.example") == "accepted");
}

BOOST_FIXTURE_TEST_CASE(limits_that_refuse_the_message_have_no_part_in_it, Naming) {
    policy = policy_of(limit_on(Unit::recipients, Scope::domain, limits::Sliding{}));
    BOOST_TEST(reply("a@r.example") == "accepted");
}

BOOST_AUTO_TEST_SUITE_END()
