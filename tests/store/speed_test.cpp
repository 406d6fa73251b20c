// Figures, not laws: run by hand with --run_test=speed --log_level=message.

#include <thread>

#include "stores.h"

using namespace spillway;
using namespace spillway::store;

namespace {

std::vector<Charge> three_limits(int i) {
    return {hourly(fmt::format("user{}", i % 1000), 1, limits::most_countable),
            hourly(fmt::format("domain{}", i % 100), 1, limits::most_countable),
            hourly("everything", 1, limits::most_countable)};
}

// Messages a second, and microseconds a call in each thread.
void measure(const std::string& name, limits::Counters& counters, int threads, int calls) {
    const auto begun = Deadline::clock::now();
    {
        std::vector<std::jthread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back([&counters, calls] {
                const auto now =
                    std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now());
                for (int i = 0; i < calls; ++i) counters.charge(three_limits(i), now);
            });
    }
    const double spent = std::chrono::duration<double>(Deadline::clock::now() - begun).count();
    BOOST_TEST_MESSAGE(
        fmt::format("{}, {} threads: {:.0f} messages/s of 3 limits, {:.1f} us a call", name,
                    threads, threads * calls / spent, spent / calls * 1e6));
}

std::int64_t memory_of(const RedisServer& server) {
    const Reply reply = server.call({"INFO", "memory"});
    const std::string text(text_of(*reply));
    return std::stoll(text.substr(text.find("used_memory:") + 12));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(speed, *boost::unit_test::disabled())

BOOST_AUTO_TEST_CASE(charges_a_second) {
    limits::MemoryCounters memory;
    measure("memory", memory, 1, 300'000);
    measure("memory", memory, 4, 100'000);
    RedisCounters by_socket(shared_server().place(), nullptr);
    RedisCounters by_tcp(shared_server().tcp_place(), nullptr);
    for (const int threads : {1, 2, 8}) {
        measure("unix socket", by_socket, threads, 40'000 / threads);
        measure("tcp", by_tcp, threads, 40'000 / threads);
    }
}

BOOST_AUTO_TEST_CASE(memory_of_100000_counters) {
    const RedisServer& server = shared_server();
    SimulatedRedis redis(server);
    const std::int64_t before = memory_of(server);
    const auto charge_each = [&](Time now) {
        for (int i = 0; i < 100'000; i += 10) {
            std::vector<Charge> ten;
            for (int n = i; n < i + 10; ++n)
                ten.push_back(hourly(fmt::format("user{}@example.org", n), 5, 1000));
            redis.charge(ten, now);
        }
    };
    for (const int slices : {1, 10, 60}) {
        for (int i = slices == 10 ? 1 : slices == 60 ? 10 : 0; i < slices; ++i)
            charge_each(noon + i * 1min);
        BOOST_TEST_MESSAGE(fmt::format("{} slices used: {} bytes a counter", slices,
                                       (memory_of(server) - before) / 100'000));
    }
}

BOOST_AUTO_TEST_SUITE_END()
