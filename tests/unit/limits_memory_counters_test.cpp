#include "limits/memory_counters.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "limits/saved_counts.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

std::string saved_text(const MemoryCounters& counters, Time now) {
    std::string text;
    counters.save([&text](std::string_view piece) { text += piece; }, now);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_counters)

BOOST_AUTO_TEST_CASE(refused_charges_leave_nothing_in_memory) {
    MemoryCounters counters;
    for (int i = 0; i < 10'000; ++i) {
        const std::string key = fmt::format("hourly:user:{}", i);
        BOOST_REQUIRE(!all_granted(charge(counters, {hourly(key, 11)}, noon)));
        BOOST_REQUIRE(all_granted(charge(counters, {hourly(key, 0)}, noon)));
    }
    BOOST_TEST(counters.size() == 0u);
    BOOST_TEST(counters.changes() == 0u);
}

BOOST_AUTO_TEST_CASE(expired_keys_are_swept) {
    MemoryCounters counters;
    std::size_t largest = 0;
    for (int i = 0; i < 200'000; ++i) {
        const Time now = noon + i * 1s;
        charge(counters, {hourly(fmt::format("hourly:user:{}", i), 1)}, now);
        largest = std::max(largest, counters.size());
    }
    // Two windows of keys, and as many again between two sweeps.
    BOOST_TEST(largest < 2 * 2 * 3700u);
}

BOOST_AUTO_TEST_CASE(a_sweep_keeps_what_a_clock_set_back_would_still_count) {
    MemoryCounters counters;
    charge(counters, {hourly("hourly:user:ann", 10)}, noon);
    for (int i = 0; i < 5000; ++i) charge(counters, {hourly("hourly:user:bob", 1)}, noon + 70min);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 30min) == 10);
    for (int i = 0; i < 5000; ++i) charge(counters, {hourly("hourly:user:bob", 1)}, noon + 24h);
    BOOST_TEST(counters.size() == 1u);
}

BOOST_AUTO_TEST_CASE(recording_counts_without_asking) {
    MemoryCounters counters;
    counters.record({hourly("hourly:user:ann", 25)}, noon);
    BOOST_TEST(used(counters, "hourly:user:ann", noon) == 25);
    const Answer answer = charge(counters, {hourly("hourly:user:ann", 1)}, noon).front();
    BOOST_TEST(std::get<Exceeded>(answer).used == 25);
}

BOOST_AUTO_TEST_CASE(every_change_is_counted_for_the_saver) {
    MemoryCounters counters;
    charge(counters, {hourly("hourly:user:ann", 1)}, noon);
    const auto after_charge = counters.changes();
    BOOST_TEST(after_charge > 0u);
    counters.list("", 10, noon);
    charge(counters, {hourly("hourly:user:ann", 100)}, noon);
    BOOST_TEST(!counters.reset("hourly:user:bob"));
    BOOST_TEST(counters.changes() == after_charge);
    counters.reset("hourly:user:ann");
    BOOST_TEST(counters.changes() > after_charge);
}

// The text used to be taken under one lock for all counts, which every message waited for.
BOOST_AUTO_TEST_CASE(a_save_beside_charges_has_every_key_once) {
    MemoryCounters counters;
    const auto send = [&counters](int i) {
        charge(counters, {hourly(fmt::format("hourly:user:{}", i), 1)}, noon);
    };
    for (int i = 0; i < 20'000; ++i) send(i);
    std::atomic<bool> over = false;
    std::jthread sender([&] {
        for (int i = 0; !over; ++i) send(20'000 + i % 50'000);
    });
    for (int i = 0; i < 5; ++i) {
        const std::string text = saved_text(counters, noon);
        std::set<std::string> keys;
        for (std::size_t at = 0; (at = text.find("hourly:user:", at)) != text.npos; ++at)
            BOOST_REQUIRE(keys.insert(text.substr(at, text.find(' ', at) - at)).second);
        for (int old = 0; old < 20'000; ++old)
            BOOST_REQUIRE(keys.contains(fmt::format("hourly:user:{}", old)));
    }
    over = true;
}

BOOST_AUTO_TEST_SUITE_END()
