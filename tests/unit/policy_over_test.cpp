// What is answered when there is no room, and what makes two tries one message.
#include "policy/over.h"

#include <boost/test/unit_test.hpp>

#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;
using namespace std::chrono_literals;

namespace {

struct Over {
    Policy policy = policy_of(limit_on(Unit::recipients, Scope::domain));
    std::int64_t cost = 7;

    Over() { policy.zone = date::locate_zone("Pacific/Auckland"); }

    Verdict verdict(const limits::Exceeded& exceeded) const {
        return objection_of(policy.limits[0], cost, exceeded, policy, mail_to({"b@r.example"}))
            .verdict;
    }
    std::string text(const limits::Exceeded& exceeded) const {
        return std::get<Reject>(verdict(exceeded)).reply.text;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_over)

BOOST_FIXTURE_TEST_CASE(the_next_time_is_told_in_the_operators_zone, Over) {
    BOOST_TEST(text({499, noon + 2h, 500}) == "no: 499/500 2027-01-15 23:00 NZDT (limit l)");
    BOOST_TEST(text({499, noon + 1ms, 500}) == "no: 499/500 2027-01-15 21:00:01 NZDT (limit l)");
}

BOOST_FIXTURE_TEST_CASE(a_plans_maximum_is_the_one_that_is_told, Over) {
    BOOST_TEST(text({9, noon + 2h, 10, "l:domain:a.example"}).starts_with("no: 9/10 "));
}

BOOST_FIXTURE_TEST_CASE(what_no_waiting_cures_is_final_and_says_what_to_do, Over) {
    policy.limits[0].over = DeferAction{reply(451)};
    BOOST_TEST(text({0, std::nullopt, 5}) ==
               "This message counts 7 recipients, more than the whole limit of 5; send it to fewer "
               "recipients (limit l)");
    policy.limits[0].unit = Unit::bytes;
    BOOST_TEST(text({0, std::nullopt, 5}).starts_with("This message counts 7 bytes, more than"));
    BOOST_TEST(text({0, std::nullopt, 5}).find("send less at once") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(too_many_connections_are_never_final, Over) {
    policy.limits[0].unit = Unit::connections;
    policy.limits[0].over = DeferAction{reply(451)};
    BOOST_TEST(std::get<Defer>(verdict({3, std::nullopt, 3})).reply.text ==
               "no: 3/3 never (limit l)");
}

BOOST_FIXTURE_TEST_CASE(a_rejection_outranks_a_deferral_and_both_a_silence, Over) {
    Limit& limit = policy.limits[0];
    limit.when_unavailable = limits::WhenUnavailable::defer;
    const auto rank = [&](const limits::Answer& answer) {
        return objection_of(limit, 1, answer, policy, mail_to({"b@r.example"})).rank;
    };
    const limits::Answer over = limits::Exceeded{500, noon, 500};
    const int rejected = rank(over);
    limit.over = DeferAction{reply(451)};
    const int deferred = rank(over);
    BOOST_TEST(rejected > deferred);
    BOOST_TEST(deferred > rank(limits::Unavailable{}));
    BOOST_TEST(rank(limits::Unavailable{}) > 0);
    BOOST_TEST(rank(limits::NotAsked{}) == 0);
    BOOST_TEST(rank(limits::Granted{1, 2}) == 0);
    for (const auto when : {limits::WhenUnavailable::allow, limits::WhenUnavailable::local}) {
        limit.when_unavailable = when;
        BOOST_TEST(rank(limits::Unavailable{}) == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

constexpr const char* letter =
    "Received: by one\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-Id: "
    "<1@a>\r\n\r\nHello\r\n";

Message tried() {
    Message message = mail_to({"b@r.example", "c@r.example"});
    message.headers = {{"Received", "by one"},
                       {"Date", "Mon, 23 Nov 2026 12:00:00 +0000"},
                       {"Message-Id", "<1@a>"},
                       {"Subject", "Hi"}};
    message.bytes = letter;
    return message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_try_name)

BOOST_AUTO_TEST_CASE(a_retry_has_the_name_of_the_first_try) {
    Message again = tried();
    again.received += 10min;
    again.queue_id = "4Y";
    again.client.ip = *match::parse_ip("198.51.100.1");
    again.headers[0].value = "by two";
    std::swap(again.recipients[0], again.recipients[1]);
    BOOST_TEST(name_of_try(again) == name_of_try(tried()));
    BOOST_TEST(name_of_try(again).size() == 32U);
}

BOOST_AUTO_TEST_CASE(another_message_has_another_name) {
    std::vector<Message> others(7, tried());
    others[0].user = "eve@a.example";
    others[1].sender.local = "eve";
    others[2].recipients.pop_back();
    others[3].headers[1].value = "Mon, 23 Nov 2026 12:00:01 +0000";
    others[4].headers[2].value = "<2@a>";
    others[5].headers[3].value = "Ho";
    others[6].bytes = "Received: by one\r\n\r\nHellp\r\n";
    std::vector<std::string> names{name_of_try(tried())};
    for (const Message& other : others) names.push_back(name_of_try(other));
    std::ranges::sort(names);
    BOOST_TEST((std::ranges::adjacent_find(names) == names.end()));
}

BOOST_AUTO_TEST_CASE(the_message_id_of_local_mail_is_made_anew_for_each_try) {
    Message first = tried();
    first.client.local_submission = true;
    Message again = first;
    again.headers[2].value = "<2@a>";
    BOOST_TEST(name_of_try(again) == name_of_try(first));
}

BOOST_AUTO_TEST_SUITE_END()
