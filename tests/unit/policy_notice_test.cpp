// Whom a crossed level is told.
#include "policy/notice.h"

#include <boost/test/unit_test.hpp>

#include "unit/policy_bench.h"

using namespace spillway;
using namespace spillway::policy;

namespace {

struct Crossed {
    Policy policy = policy_of(limit_on(Unit::recipients, Scope::domain));
    Message message = mail_to({"b@r.example"});

    Crossed() {
        policy.zone = date::locate_zone("Pacific/Auckland");
        policy.limits[0].notice = {
            {80, 100}, true, true, {"ops@example.net"}, {"https://h.example/"}};
        message.queue_id = "4X";
    }
    std::vector<Notice> notices(limits::Answer answer) const {
        Decision decision;
        decision.limits.push_back({"l", "l:domain:a.example", 1, std::move(answer)});
        return notices_of(policy, message, decision);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_notice)

BOOST_FIXTURE_TEST_CASE(each_level_is_one_notice, Crossed) {
    const auto all = notices(limits::Granted{500, 500, "", {80, 100}});
    BOOST_TEST_REQUIRE(all.size() == 2U);
    BOOST_TEST(all[0].percent == 80);
    BOOST_TEST(all[1].percent == 100);
    BOOST_TEST(all[1].used == 500);
    BOOST_TEST(all[1].max == 500);
    BOOST_TEST(all[1].who == "a.example");
    BOOST_TEST(all[1].unit == "recipients");
    BOOST_TEST(all[1].window == "1h");
    BOOST_TEST(all[1].zone == "Pacific/Auckland");
    BOOST_TEST(all[1].queue_id == "4X");
    BOOST_TEST(!all[1].next_free);
    BOOST_TEST(all[1].webhooks.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_that_crosses_says_when_there_is_room, Crossed) {
    const auto all = notices(limits::Exceeded{500, noon, 500, "", {100}});
    BOOST_TEST_REQUIRE(all.size() == 1U);
    BOOST_TEST((all[0].next_free == noon));
}

BOOST_FIXTURE_TEST_CASE(nothing_crossed_is_nothing_told, Crossed) {
    BOOST_TEST(notices(limits::Granted{10, 500}).empty());
    BOOST_TEST(notices(limits::Unavailable{}).empty());
    BOOST_TEST(notices(limits::NotAsked{}).empty());
}

BOOST_FIXTURE_TEST_CASE(the_sender_is_his_login_if_that_is_an_address, Crossed) {
    const auto to = [&] { return notices(limits::Granted{400, 500, "", {80}}).at(0).to; };
    const auto third = [&](const char* user, mail::Address sender) {
        message.user = user;
        message.sender = std::move(sender);
        const auto all = to();
        return all.size() == 3 ? all[2] : std::to_string(all.size());
    };
    BOOST_TEST(to()[0] == "ops@example.net");
    BOOST_TEST(to()[1] == "postmaster");
    BOOST_TEST(third("ann@a.example", {"eve", "b.example"}) == "ann@a.example");
    BOOST_TEST(third("ann", {"eve", "b.example"}) == "eve@b.example");
    BOOST_TEST(third("", {}) == "2");  // nobody to tell
}

BOOST_AUTO_TEST_SUITE_END()
