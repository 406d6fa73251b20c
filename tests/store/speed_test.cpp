// Figures, short by default so that they are tried at every build; whole with SPILLWAY_FIGURES=1.
// Printed with --run_test=speed --log_level=message.

#include <cstdlib>
#include <thread>

#include "watched.h"

using namespace spillway;
using namespace spillway::store;

namespace {

const bool is_whole = std::getenv("SPILLWAY_FIGURES") != nullptr;

// Of the usual kinds, each of many keys.
std::vector<Charge> some_limits(int count, int message) {
    std::vector<Charge> charges;
    for (int i = 0; i < count; ++i)
        charges.push_back(hourly(fmt::format("limit{}-{}", i, message % 1000), 1,
                                 limits::most_countable, WhenUnavailable::local));
    return charges;
}

// Messages a second, the time of one in its thread, and what one costs Redis.
void measure(const std::string& name, const RedisServer& server, limits::Counters& counters,
             int limit_count, int threads) {
    const int calls = (is_whole ? 40'000 : 400) / threads;
    server.call({"CONFIG", "RESETSTAT"});
    const auto begun = Deadline::clock::now();
    std::atomic<int> granted = 0;
    {
        std::vector<std::jthread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back([&, t] {
                for (int i = 0; i < calls; ++i) {
                    const Outcome outcome = counters.charge(
                        call_of(some_limits(limit_count, i), fmt::format("{}-{}", t, i)),
                        clock_now());
                    granted += all_granted(outcome.answers);
                    counters.settle(outcome.receipt, true, clock_now());
                }
            });
    }
    const double spent = std::chrono::duration<double>(Deadline::clock::now() - begun).count();
    BOOST_TEST(granted == calls * threads);
    BOOST_TEST_MESSAGE(fmt::format(
        "{}, {} limits, {} threads: {:.0f} messages/s, {:.0f} us a message; {:.1f} us of Redis",
        name, limit_count, threads, threads * calls / spent, spent / calls * 1e6,
        command_stat(server, "evalsha", "usec_per_call")));
}

std::int64_t memory_of(const RedisServer& server) {
    return std::stoll(info(server, "memory", "used_memory"));
}

// The hash of each of many domains, with what Redis needs for its key and expiry.
void measure_memory(const std::string& name, const limits::Rate& rate, int domains, int slices) {
    const RedisServer& server = shared_server();
    SimulatedRedis redis(server);
    const std::int64_t before = memory_of(server);
    for (int slice = 0; slice < slices; ++slice)
        for (int i = 0; i < domains; i += 100) {
            const Time now = noon + slice * 1min;
            std::vector<Charge> charges;
            for (int n = i; n < i + 100; ++n)
                charges.push_back(
                    limits::with_rate(fmt::format("hourly:domain:d{:06}.example", n), 7, rate));
            for (Charge& charge : charges) charge.account = charge.key.substr(14);
            const Outcome outcome = redis.charge(call_of(charges, "message"), now);
            BOOST_REQUIRE(all_granted(outcome.answers));
            redis.settle(outcome.receipt, true, now);
        }
    BOOST_TEST(server.call({"DBSIZE"})->integer == domains);
    const std::int64_t bytes = (memory_of(server) - before) / domains;
    BOOST_TEST_MESSAGE(
        fmt::format("{}, {} slices: {} bytes a count of {}", name, slices, bytes, domains));
    BOOST_TEST(bytes < 1200);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(speed)

BOOST_AUTO_TEST_CASE(charges_a_second) {
    const RedisServer& server = shared_server();
    RedisCounters by_socket(server.place(), nullptr);
    RedisCounters by_tcp(server.tcp_place(), nullptr);
    for (const int limits : {1, 3, 12})
        for (const int threads : {1, 2, 4, 8})
            measure("unix socket", server, by_socket, limits, threads);
    measure("tcp", server, by_tcp, 3, 4);
}

BOOST_AUTO_TEST_CASE(memory_of_a_count) {
    const limits::Calendar day{{noon - 24h, noon, noon + 24h, noon + 48h},
                               {1'000'000, 1'000'000, 1'000'000}};
    const int domains = is_whole ? 1'000'000 : 5'000;
    const limits::Sliding hour{1'000'000, 1h};
    measure_memory("sliding", hour, domains, 1);
    measure_memory("sliding", hour, domains / 10, 10);
    measure_memory("sliding", hour, domains / 50, 60);
    measure_memory("calendar", day, domains, 1);
    measure_memory("pacing", limits::Pacing{1'000, 10min}, domains, 1);
}

// Texts of one account, as many features each as a letter has.
BOOST_AUTO_TEST_CASE(memory_of_a_mailing) {
    const RedisServer& server = shared_server();
    SimulatedRedis redis(server);
    constexpr int texts = 2000;
    constexpr std::uint64_t features = 24;
    const std::int64_t before = memory_of(server);
    for (std::uint64_t text = 0; text < texts; ++text) {
        Call call;
        call.mailing = limits::Mailing{"acct", {}, {fmt::format("r{}@example.org", text)}, {24h}};
        for (std::uint64_t n = 0; n < features; ++n)
            call.mailing->features.push_back(text * 1000 + n * 7 + 1);
        redis.charge(call, noon);
    }
    const std::int64_t bytes = (memory_of(server) - before) / texts;
    BOOST_TEST_MESSAGE(fmt::format("{} bytes a text of {} features", bytes, features));
    BOOST_TEST(bytes < 3000);
}

BOOST_AUTO_TEST_SUITE_END()
