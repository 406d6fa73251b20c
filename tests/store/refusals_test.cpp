// What this process refuses by itself because Redis has just refused it.

#include "store/refusals.h"

#include "watched.h"

using namespace spillway;
using namespace spillway::store;

namespace {

// One message after the other, so far apart, all over the limit.
void flood(Watched& redis, int messages, std::chrono::microseconds apart) {
    std::chrono::microseconds waited{0};
    for (int i = 0; i < messages; ++i) {
        const Answers answers =
            redis.ask({hourly("ann", 1), hourly("bob", 1, 1'000'000)}, std::to_string(i)).answers;
        BOOST_REQUIRE(std::get<Exceeded>(answers[0]).used == 10);
        BOOST_REQUIRE(std::get<Exceeded>(answers[0]).next_free.has_value());
        waited += apart;
        if (waited < 1ms) continue;
        redis.wait(std::chrono::floor<std::chrono::milliseconds>(waited));
        waited -= std::chrono::floor<std::chrono::milliseconds>(waited);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(a_flood_over_the_limit_asks_redis_once_in_two_seconds) {
    const RedisServer& server = shared_server();
    Watched redis(server.place(), {.pace = {}});
    redis.charge("ann", 10);
    BOOST_REQUIRE(becomes_true([&] { return server.call({"EXISTS", daemons_key})->integer == 1; }));
    server.call({"CONFIG", "RESETSTAT"});
    flood(redis, 100'000, 200us);  // 20 seconds of them
    // The process says once in five seconds that it lives.
    BOOST_TEST(command_stat(server, "evalsha") <= 10 + 2);
    BOOST_TEST(command_stat(server, "evalsha") >= 10);
}

BOOST_AUTO_TEST_CASE(what_costs_less_or_is_for_others_is_asked) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    redis.charge("ann", 6);
    BOOST_TEST(!all_granted(redis.charge("ann", 5)));
    server.call({"DEL", counter_key(hourly("ann", 1))});
    BOOST_TEST(!all_granted(redis.charge("ann", 5)));  // remembered
    BOOST_TEST(!all_granted(redis.charge("ann", 7)));
    BOOST_TEST(all_granted(redis.charge("ann", 4)));
    BOOST_TEST(all_granted(redis.charge("bob", 5)));
    redis.wait(2s);
    BOOST_TEST(all_granted(redis.charge("ann", 5)));
}

BOOST_AUTO_TEST_CASE(others_of_the_call_were_not_asked) {
    Watched redis(shared_server().place());
    const std::vector<Charge> both{hourly("bob", 1), hourly("ann", 11)};
    const Answers asked = redis.ask(both).answers;
    BOOST_TEST(std::holds_alternative<Granted>(asked[0]));
    const Answers known = redis.ask(both).answers;
    BOOST_TEST(std::holds_alternative<limits::NotAsked>(known[0]));
    BOOST_TEST(std::holds_alternative<Exceeded>(known[1]));
}

BOOST_AUTO_TEST_CASE(a_crossed_level_is_told_by_redis_and_not_repeated) {
    Watched redis(shared_server().place());
    Charge charge = hourly("ann", 11);
    charge.levels = {100};
    const auto crossed = [&] {
        return std::get<Exceeded>(redis.ask({charge}).answers[0]).crossed.size();
    };
    BOOST_TEST(crossed() == 1u);
    BOOST_TEST(crossed() == 0u);
    redis.wait(2s);
    BOOST_TEST(crossed() == 0u);
}

BOOST_AUTO_TEST_CASE(plans_and_resets_through_this_process_are_felt_at_once) {
    Watched redis(shared_server().place());
    Charge charge = hourly("ann", 10);
    charge.plans = {"hourly:user:ann"};
    redis.ask({charge});
    BOOST_TEST(!all_granted(redis.ask({charge}).answers));
    redis.counters.set_plan({"acct", "hourly:user:ann", 20});
    BOOST_TEST(all_granted(redis.ask({charge}).answers));
    BOOST_TEST(!all_granted(redis.ask({charge}).answers));
    BOOST_TEST(redis.counters.reset("hourly:user:ann"));
    BOOST_TEST(all_granted(redis.ask({charge}).answers));
}

BOOST_AUTO_TEST_CASE(other_members_may_fit_where_some_did_not) {
    Watched redis(shared_server().place());
    Charge charge = hourly("ann", 1, 2);
    charge.members = {"a", "b"};
    BOOST_TEST(all_granted(redis.ask({charge}).answers));
    charge.members = {"a", "c"};
    BOOST_TEST(!all_granted(redis.ask({charge}).answers));
    charge.members = {"a"};
    BOOST_TEST(all_granted(redis.ask({charge}).answers));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_is_bounded) {
    Refusals refusals;
    const Refusals::Steady now{100s};
    for (std::size_t i = 0; i < 2 * Refusals::most; ++i) {
        const Call call = call_of({hourly(std::to_string(i), 1)});
        refusals.note(call, {{Exceeded{10, noon + 1h, 10, {}, {}}}, {}}, now, noon);
    }
    std::size_t known = 0;
    for (std::size_t i = 0; i < 2 * Refusals::most; ++i)
        known +=
            refusals.known(call_of({hourly(std::to_string(i), 1)}), now, noon).has_value() ? 1 : 0;
    BOOST_TEST(known > 0u);
    BOOST_TEST(known <= Refusals::most);
}

BOOST_AUTO_TEST_SUITE_END()
