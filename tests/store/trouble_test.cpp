// The call to Redis while Redis is not well.

#include <set>

#include "stores.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;

namespace {

Time clock_now() { return std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now()); }

bool is_silent(const Answers& answers) {
    return std::ranges::all_of(
        answers, [](const Answer& answer) { return std::holds_alternative<Unavailable>(answer); });
}

std::string reason(const Answers& answers) { return std::get<Unavailable>(answers.front()).why; }

// Counters under a breaker whose clock the test moves, and what operators were told.
struct Watched {
    std::vector<std::string> notices;
    Breaker::Time now{100s};
    RedisCounters counters;

    explicit Watched(language::RedisStore place, std::chrono::milliseconds timeout = 5s,
                     std::size_t connections = RedisCounters::most_connections)
        : counters((place.timeout = timeout, place),
                   [this](std::string notice) { notices.push_back(std::move(notice)); },
                   [this] { return now; }, connections) {}

    Answers charge(const std::string& key, std::int64_t cost,
                   WhenUnavailable when = WhenUnavailable::allow) {
        return counters.charge({hourly(key, cost, 10, when)}, clock_now());
    }
    void fail_until_open() {
        for (int i = 0; i < Breaker::failures_to_open; ++i) BOOST_TEST(is_silent(charge("x", 1)));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(trouble)

BOOST_AUTO_TEST_CASE(an_absent_redis_is_told_once_and_asked_rarely) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    BOOST_TEST(reason(redis.charge("ann", 1)) == "connect: No such file or directory");
    redis.fail_until_open();
    BOOST_TEST(reason(redis.charge("ann", 1)) == "not asked: silent");
    BOOST_REQUIRE(redis.notices.size() == 1u);
    BOOST_TEST(redis.notices[0] ==
               "redis /nonexistent/redis.sock database 0 is silent (connect: No such file or "
               "directory): limits go by their when-unavailable");
    redis.now += 2s;
    BOOST_TEST(reason(redis.charge("ann", 1)) == "connect: No such file or directory");
    BOOST_TEST(reason(redis.charge("ann", 1)) == "not asked: silent");
    BOOST_TEST(redis.notices.size() == 1u);
    BOOST_TEST(redis.counters.describe() ==
               "redis /nonexistent/redis.sock database 0, silent: connect: No such file or "
               "directory");
}

// That opened the breaker before: our own shortage passed for a silent Redis.
BOOST_AUTO_TEST_CASE(all_connections_in_use_is_no_failure_of_redis) {
    Watched redis(shared_server().place(), 1ms, 0);
    for (int i = 0; i < 2 * Breaker::failures_to_open; ++i)
        BOOST_TEST(reason(redis.charge("ann", 1)) == "all 0 connections in use");
    BOOST_TEST(redis.notices.empty());
    BOOST_TEST(redis.counters.describe().ends_with(", answers"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_comes_back_is_used_again) {
    Pool pool(shared_server().place(), 1);
    {
        const auto only = pool.take(Deadline::clock::now() + 5s);
        BOOST_REQUIRE(only.has_value());
        const auto second = pool.take(Deadline::clock::now() + 1ms);
        BOOST_REQUIRE(!second.has_value());
        BOOST_TEST(second.error().ours);
    }
    BOOST_TEST(pool.take(Deadline::clock::now() + 5s).has_value());
}

BOOST_AUTO_TEST_CASE(a_long_value_is_kept_short_in_redis_too) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    const std::string value(5000, 'x');
    BOOST_TEST(!is_silent(redis.charge(value, 1)));
    const auto uses = redis.counters.list("hourly:user:" + value, 10, noon);
    BOOST_REQUIRE(uses.size() == 1u);
    BOOST_TEST(uses[0].key.size() == std::string("hourly:user:").size() + 200);
    BOOST_TEST(redis.counters.reset("hourly:user:" + value));
}

BOOST_AUTO_TEST_CASE(operators_questions_fail_in_words) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    BOOST_CHECK_EXCEPTION(
        redis.counters.list("", 10, noon), std::runtime_error, [](const std::exception& e) {
            return std::string(e.what()) == "redis: connect: No such file or directory";
        });
    BOOST_CHECK_THROW(redis.counters.reset("hourly:user:ann"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_suspended_redis_costs_the_timeout_and_then_nothing) {
    const RedisServer server;
    for (const auto& place : {server.place(), server.tcp_place()}) {
        Watched redis(place, 100ms);
        BOOST_TEST(!is_silent(redis.charge("ann", 1)));
        server.suspend();
        for (int i = 0; i < Breaker::failures_to_open; ++i) {
            const auto begun = Deadline::clock::now();
            BOOST_TEST(reason(redis.charge("ann", 1)) == "no reply in time");
            const auto spent = Deadline::clock::now() - begun;
            BOOST_TEST((spent >= 100ms));
            BOOST_TEST((spent < 1s));  // generous: other programs share the machine
        }
        const auto begun = Deadline::clock::now();
        for (int i = 0; i < 100; ++i) BOOST_TEST(is_silent(redis.charge("ann", 1)));
        BOOST_TEST((Deadline::clock::now() - begun < 100ms));
        server.resume();
        redis.now += 2s;
        Answers answers = redis.charge("ann", 1);
        // The probe may still find Redis busy with what was sent to it while it stood still.
        while (is_silent(answers)) {
            redis.now += 2s;
            answers = redis.charge("ann", 1);
        }
        BOOST_TEST(redis.notices.size() == 2u);
        server.call({"FLUSHALL"});
    }
}

BOOST_AUTO_TEST_CASE(a_redis_killed_and_started_again_is_found_by_the_probe) {
    RedisServer server;
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    server.kill();
    redis.fail_until_open();
    server.restart();
    BOOST_TEST(is_silent(redis.charge("ann", 1)));
    redis.now += 2s;
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    BOOST_REQUIRE(redis.notices.size() == 2u);
    BOOST_TEST(redis.notices[1].ends_with("answers again: counting there"));
}

BOOST_AUTO_TEST_CASE(a_restart_between_two_messages_is_not_even_noticed) {
    RedisServer server;
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    server.restart();
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    BOOST_TEST(redis.notices.empty());
}

BOOST_AUTO_TEST_CASE(a_lost_reply_is_asked_for_again_and_charged_once) {
    const RedisServer& server = shared_server();
    Wire wire(server.place());
    Watched redis(wire.place());
    redis.charge("ann", 1);
    for (int i = 2; i <= 4; ++i) {
        wire.next(Wire::Trouble::lose_reply);
        BOOST_TEST(std::get<Granted>(redis.charge("ann", 1).front()).used == i);
        BOOST_TEST(wire.connections() == i);
    }
    BOOST_TEST(redis.counters.list("", 1, noon).front().used == 4);
}

BOOST_AUTO_TEST_CASE(a_lost_command_is_sent_again_and_charged_once) {
    const RedisServer& server = shared_server();
    Wire wire(server.place());
    Watched redis(wire.place());
    redis.charge("ann", 1);
    wire.next(Wire::Trouble::lose_command);
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 1).front()).used == 2);
    BOOST_TEST(redis.counters.list("", 1, noon).front().used == 2);
}

BOOST_AUTO_TEST_CASE(a_refusal_whose_reply_was_lost_is_still_a_refusal) {
    const RedisServer& server = shared_server();
    Wire wire(server.place());
    Watched redis(wire.place());
    redis.charge("ann", 8);
    wire.next(Wire::Trouble::lose_reply);
    BOOST_TEST(std::get<Exceeded>(redis.charge("ann", 3).front()).used == 8);
}

BOOST_AUTO_TEST_CASE(a_replica_is_silence_with_its_own_words) {
    const RedisServer server;
    server.call({"REPLICAOF", "127.0.0.1", "1"});
    Watched redis(server.place());
    BOOST_TEST(reason(redis.charge("ann", 1)).find("READONLY") != std::string::npos);
    server.call({"CONFIG", "SET", "replica-serve-stale-data", "no"});
    BOOST_TEST(reason(redis.charge("ann", 1)).find("MASTERDOWN") != std::string::npos);
    redis.fail_until_open();
    server.call({"REPLICAOF", "NO", "ONE"});
    redis.now += 2s;
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
}

BOOST_AUTO_TEST_CASE(a_full_redis_is_silence_and_charges_nothing) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    server.call({"CONFIG", "SET", "maxmemory", "1"});
    BOOST_TEST(reason(redis.charge("ann", 1)).find("OOM") != std::string::npos);
    server.call({"CONFIG", "SET", "maxmemory", "0"});
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 1).front()).used == 2);
}

BOOST_AUTO_TEST_CASE(a_foreign_value_under_our_key_is_silence_for_that_key) {
    const RedisServer& server = shared_server();
    server.call({"SET", counter_key(hourly("ann", 1)), "not a hash"});
    Watched redis(server.place());
    BOOST_TEST(reason(redis.charge("ann", 1)).find("WRONGTYPE") != std::string::npos);
    BOOST_TEST(!is_silent(redis.charge("bob", 1)));
}

BOOST_AUTO_TEST_CASE(other_errors_and_nonsense_are_silence) {
    const RedisServer& server = shared_server();
    const std::pair<const char*, const char*> answers[] = {
        {"-LOADING Redis is loading the dataset in memory\r\n", "LOADING"},
        {"-MOVED 3999 127.0.0.1:6381\r\n", "MOVED"},
        {"-NOAUTH Authentication required.\r\n", "NOAUTH"},
        {"+OK\r\n", "unexpected reply"},
        {"*1\r\n:1\r\n", "unexpected reply"},
        {"*2\r\n:1\r\n$1\r\nx\r\n", "unexpected reply"},
        {"220 mail.example ESMTP\r\n", "not a Redis reply"},
    };
    for (const auto& [answer, expected] : answers) {
        Wire wire(server.place(), answer);
        wire.next(Wire::Trouble::say);
        Watched redis(wire.place());
        const Answers silent = redis.charge("ann", 1);
        BOOST_REQUIRE(is_silent(silent));
        BOOST_TEST(reason(silent).find(expected) != std::string::npos, reason(silent));
    }
}

BOOST_AUTO_TEST_CASE(local_limits_go_on_from_what_redis_granted) {
    RedisServer server;
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 7, WhenUnavailable::local)));
    server.kill();
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 2, WhenUnavailable::local)[0]).used == 9);
    BOOST_TEST(std::get<Exceeded>(redis.charge("ann", 2, WhenUnavailable::local)[0]).used == 9);
    redis.fail_until_open();
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 1, WhenUnavailable::local)[0]).used == 10);
}

BOOST_AUTO_TEST_CASE(a_reset_reaches_what_was_counted_here) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    BOOST_TEST(!is_silent(redis.charge("ann", 10, WhenUnavailable::local)));
    BOOST_CHECK_THROW(redis.counters.reset("hourly:user:ann"), std::runtime_error);
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 1, WhenUnavailable::local)[0]).used == 1);
}

BOOST_AUTO_TEST_CASE(one_limit_that_defers_keeps_the_others_uncharged) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const Answers answers = redis.counters.charge({hourly("ann", 4, 10, WhenUnavailable::local),
                                                   hourly("bob", 4, 10, WhenUnavailable::defer)},
                                                  clock_now());
    BOOST_TEST(is_silent(answers));
    BOOST_TEST(std::get<Granted>(redis.charge("ann", 1, WhenUnavailable::local)[0]).used == 1);
}

BOOST_AUTO_TEST_CASE(allowing_limits_stay_silent_beside_local_ones) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const std::vector<Charge> mixed{hourly("ann", 4, 10, WhenUnavailable::allow),
                                    hourly("bob", 4, 10, WhenUnavailable::local),
                                    hourly("eve", 4, 5, WhenUnavailable::local)};
    const Answers first = redis.counters.charge(mixed, clock_now());
    BOOST_TEST(std::holds_alternative<Unavailable>(first[0]));
    BOOST_TEST(std::get<Granted>(first[1]).used == 4);
    BOOST_TEST(std::get<Granted>(first[2]).used == 4);
    const Answers second = redis.counters.charge(mixed, clock_now());
    BOOST_TEST(std::get<Granted>(second[1]).used == 4);  // all or none, here too
    BOOST_TEST(std::holds_alternative<Exceeded>(second[2]));
}

BOOST_AUTO_TEST_CASE(many_threads_are_answered_while_redis_dies_and_returns) {
    RedisServer server;
    std::atomic<int> changes = 0;
    RedisCounters counters(server.place(), [&](const std::string&) { ++changes; });
    std::atomic<bool> over = false;
    std::atomic<int> silent = 0, granted = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 6; ++t)
            threads.emplace_back([&] {
                while (!over) {
                    const Answers answers =
                        counters.charge({hourly("ann", 1, limits::most_countable)}, clock_now());
                    ++(is_silent(answers) ? silent : granted);
                }
            });
        while (granted < 100) std::this_thread::yield();
        server.kill();
        while (silent < 100) std::this_thread::yield();
        server.restart();
        const int before = granted;
        while (granted < before + 100) std::this_thread::yield();
        over = true;
    }
    BOOST_TEST(changes == 2);
}

BOOST_AUTO_TEST_SUITE_END()
