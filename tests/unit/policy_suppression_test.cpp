// "rcpt suppressed": asked of each recipient, cannot tell where the list could not be asked.
#include <boost/test/unit_test.hpp>

#include "policy/reply.h"
#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

const limits::Suppression complaint{.name = {limits::Reach::everybody, "", "b@r.example"},
                                    .cause = limits::Cause::complaint,
                                    .source = "loop",
                                    .note = "I hate you all",
                                    .since = noon};

Policy refusing_the_suppressed(bool negated = false) {
    Policy policy = policy_of();
    Rule rule;
    rule.name = "asked-not-to";
    Condition asked{OnSuppressionList{}};
    rule.when =
        negated ? Condition{Not{std::make_unique<Condition>(std::move(asked))}} : std::move(asked);
    rule.actions.push_back(RejectAction{reply(550, "%{suppression}")});
    policy.rules.push_back(std::move(rule));
    arrange(policy);
    return policy;
}

Message mail_answered(const limits::SuppressionAnswer& answer) {
    Message message = mail_to({"b@r.example"});
    message.recipients.front().suppression = answer;
    return message;
}

std::optional<Refusal> at_rcpt(const Policy& policy, const limits::SuppressionAnswer& answer) {
    return refusal_at(Stage::recipient, policy, mail_answered(answer));
}

Verdict at_end(const Policy& policy, const limits::SuppressionAnswer& answer) {
    const Message message = mail_answered(answer);
    Facts facts(policy, message);
    return questions(facts).so_far.verdict;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_suppression)

BOOST_AUTO_TEST_CASE(the_policy_says_that_it_asks_and_acts_at_each_recipient) {
    const Policy policy = refusing_the_suppressed();
    BOOST_TEST(policy.asks_suppression);
    BOOST_TEST((policy.rules.front().acts_at == Stage::recipient));
    BOOST_TEST(!policy_of().asks_suppression);
}

BOOST_AUTO_TEST_CASE(the_reply_names_cause_and_day_but_no_words_of_his) {
    const auto refusal = at_rcpt(refusing_the_suppressed(), complaint);
    BOOST_TEST_REQUIRE(refusal.has_value());
    const auto& text = std::get<Reject>(refusal->verdict).reply.text;
    BOOST_TEST(text ==
               "the recipient is suppressed after a complaint on 2027-01-15 (rule asked-not-to)");
}

BOOST_AUTO_TEST_CASE(who_is_not_on_the_list_is_written_to) {
    BOOST_TEST(!at_rcpt(refusing_the_suppressed(), limits::NotSuppressed{}));
}

BOOST_AUTO_TEST_CASE(a_silent_list_defers_the_message_by_itself_and_when_negated) {
    for (const bool negated : {false, true})
        for (const limits::SuppressionAnswer& silent :
             {limits::SuppressionAnswer{limits::Unavailable{"silent"}},
              limits::SuppressionAnswer{limits::NotAsked{}}}) {
            const Policy policy = refusing_the_suppressed(negated);
            BOOST_TEST(!at_rcpt(policy, silent));
            BOOST_TEST(std::holds_alternative<Defer>(at_end(policy, silent)));
        }
}

BOOST_AUTO_TEST_CASE(on_error_no_match_lets_mail_go_while_the_list_is_silent) {
    Policy policy = refusing_the_suppressed();
    policy.rules.front().on_error = OnError::no_match;
    BOOST_TEST(!at_rcpt(policy, limits::Unavailable{"silent"}));
    BOOST_TEST(std::holds_alternative<Accept>(at_end(policy, limits::Unavailable{"silent"})));
}

BOOST_AUTO_TEST_SUITE_END()
