// The call to Redis while Redis is not well. outage_test.cpp tells what becomes of the counts.

#include <thread>

#include "watched.h"
#include "wire.h"

using namespace spillway;
using namespace spillway::store;

BOOST_AUTO_TEST_SUITE(trouble)

BOOST_AUTO_TEST_CASE(an_absent_redis_is_told_once_and_asked_rarely) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const std::string why = "connect: No such file or directory";
    BOOST_TEST(reason(redis.charge("ann", 1)).ends_with(why));
    redis.fail_until_open();
    BOOST_TEST(reason(redis.charge("ann", 1)) == "not asked: silent");
    BOOST_REQUIRE(redis.notices().size() == 1u);
    BOOST_TEST(
        redis.notices()[0].starts_with("redis /nonexistent/redis.sock database 0 is silent"));
    BOOST_TEST(redis.notices()[0].ends_with(why + "): limits go by their when-unavailable"));
    redis.wait(2s);
    BOOST_TEST(reason(redis.charge("ann", 1)).ends_with(why));
    BOOST_TEST(reason(redis.charge("ann", 1)) == "not asked: silent");
    BOOST_TEST(redis.notices().size() == 1u);
    BOOST_TEST(redis.counters.describe().find(", silent: ") != std::string::npos);
    BOOST_TEST(redis.counters.describe().find(" changes wait") != std::string::npos);
}

// That opened the breaker before: our own shortage passed for a silent Redis.
BOOST_AUTO_TEST_CASE(all_connections_in_use_is_no_failure_of_redis) {
    Watched redis(shared_server().place(), {.timeout = 1ms, .connections = 0});
    for (int i = 0; i < 2 * Breaker::failures_to_open; ++i)
        BOOST_TEST(reason(redis.charge("ann", 1)).ends_with("all 0 connections in use"));
    BOOST_TEST(redis.notices().empty());
}

BOOST_AUTO_TEST_CASE(operators_questions_fail_in_words) {
    Watched redis(place_at("/nonexistent/redis.sock", 0));
    const auto is_told = [](const std::exception& error) {
        return std::string(error.what()).starts_with("redis: ");
    };
    const limits::Plan plan{"acct", "hourly:user:ann", 1};
    BOOST_CHECK_EXCEPTION(redis.counters.list("", 10, noon), std::runtime_error, is_told);
    BOOST_CHECK_EXCEPTION(redis.counters.reset("x"), std::runtime_error, is_told);
    BOOST_CHECK_EXCEPTION(redis.counters.set_plan(plan), std::runtime_error, is_told);
    BOOST_CHECK_EXCEPTION(redis.counters.plans({}), std::runtime_error, is_told);
    BOOST_CHECK_EXCEPTION(redis.counters.suspensions(noon), std::runtime_error, is_told);
    BOOST_CHECK_EXCEPTION(redis.counters.unsuspend({"a", limits::Whom::user, "b"}),
                          std::runtime_error, is_told);
    BOOST_TEST(!redis.counters.peek({hourly("ann", 1)}, noon)[0].has_value());
    BOOST_TEST(!redis.counters.mailing_sizes({"a", {1}, {"r"}, {1h}}, noon).has_value());
}

BOOST_AUTO_TEST_CASE(a_suspended_redis_costs_the_timeout_and_then_nothing) {
    const RedisServer server;
    for (const auto& place : {server.place(), server.tcp_place()}) {
        Watched redis(place, {.timeout = 100ms});
        BOOST_TEST(!is_silent(redis.charge("ann", 1)));
        server.suspend();
        for (int i = 0; i < Breaker::failures_to_open; ++i) {
            const auto begun = Deadline::clock::now();
            BOOST_TEST(reason(redis.charge("ann", 1)).find("no reply in time") !=
                       std::string::npos);
            const auto spent = Deadline::clock::now() - begun;
            BOOST_TEST((spent >= 100ms));
            BOOST_TEST((spent < 1s));  // generous: other programs share the machine
        }
        const auto begun = Deadline::clock::now();
        for (int i = 0; i < 100; ++i) BOOST_TEST(is_silent(redis.charge("ann", 1)));
        BOOST_TEST((Deadline::clock::now() - begun < 100ms));
        server.resume();
        BOOST_TEST(becomes_true([&] {
            redis.wait(2s);
            return !is_silent(redis.charge("ann", 1));
        }));
        BOOST_TEST(redis.notices().size() == 2u);
        BOOST_TEST(redis.settles());
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
    redis.wait(2s);
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    BOOST_REQUIRE(redis.notices().size() == 2u);
    BOOST_TEST(redis.notices()[1].ends_with("answers again: counting there"));
}

BOOST_AUTO_TEST_CASE(a_restart_between_two_messages_is_not_even_noticed) {
    RedisServer server;
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    server.restart();
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    BOOST_TEST(redis.notices().empty());
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
    redis.wait(2s);
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
}

BOOST_AUTO_TEST_CASE(a_full_redis_is_silence_and_charges_once_there_is_room) {
    const RedisServer& server = shared_server();
    Watched redis(server.place());
    BOOST_TEST(!is_silent(redis.charge("ann", 1)));
    server.call({"CONFIG", "SET", "maxmemory", "1"});
    BOOST_TEST(reason(redis.charge("ann", 1)).find("OOM") != std::string::npos);
    BOOST_TEST(is_silent(redis.charge("bob", 1, WhenUnavailable::defer)));
    server.call({"CONFIG", "SET", "maxmemory", "0"});
    BOOST_TEST(redis.settles());
    BOOST_TEST(redis.used("ann") == 2);  // what was let pass is counted after all
    BOOST_TEST(redis.used("bob") == 0);
}

BOOST_AUTO_TEST_CASE(a_foreign_value_under_our_key_is_silence_for_that_key) {
    const RedisServer& server = shared_server();
    server.call({"SET", counter_key(hourly("ann", 1)), "not a hash"});
    Watched redis(server.place());
    BOOST_TEST(reason(redis.charge("ann", 1)).find("WRONGTYPE") != std::string::npos);
    BOOST_TEST(!is_silent(redis.charge("bob", 1)));
    // What Redis will never take does not hold up what comes behind it.
    BOOST_TEST(redis.settles());
    BOOST_TEST(!redis.notices().empty());
    BOOST_TEST(redis.notices().back().starts_with("redis does not take a change that waited: "));
}

BOOST_AUTO_TEST_CASE(other_errors_and_nonsense_are_silence) {
    const RedisServer& server = shared_server();
    const std::pair<const char*, const char*> answers[] = {
        {"-LOADING Redis is loading the dataset in memory\r\n", "LOADING"},
        {"-NOAUTH Authentication required.\r\n", "NOAUTH"},
        {"+OK\r\n", "unexpected reply"},
        {"*1\r\n:1\r\n", "unexpected reply"},
        {"*2\r\n:1\r\n$1\r\nx\r\n", "unexpected reply"},
        {"220 mail.example ESMTP\r\n", "not a Redis reply"},
    };
    for (const auto& [answer, expected] : answers) {
        Wire wire(server.place(), answer);
        wire.next(Wire::Trouble::say);
        Watched redis(wire.place(), {.timeout = 200ms});
        const Answers silent = redis.charge("ann", 1, WhenUnavailable::defer);
        BOOST_REQUIRE(is_silent(silent));
        BOOST_TEST(reason(silent).find(expected) != std::string::npos, reason(silent));
    }
}

BOOST_AUTO_TEST_CASE(many_threads_are_answered_while_redis_dies_and_returns) {
    RedisServer server;
    Watched redis(server.place());
    std::atomic<bool> over = false;
    std::atomic<int> silent = 0, granted = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 6; ++t)
            threads.emplace_back([&] {
                while (!over) {
                    const Answers answers =
                        redis.ask({hourly("ann", 1, limits::most_countable)}).answers;
                    ++(is_silent(answers) ? silent : granted);
                }
            });
        while (granted < 100) std::this_thread::yield();
        server.kill();
        while (silent < 100) std::this_thread::yield();
        server.restart();
        const int before = granted;
        while (granted < before + 100) {
            redis.wait(2s);
            std::this_thread::yield();
        }
        over = true;
    }
    BOOST_TEST(redis.notices().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
