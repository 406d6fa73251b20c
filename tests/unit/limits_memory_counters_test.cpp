#include "limits/memory_counters.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "limits/saved_counts.h"
#include "limits_exact_log.h"

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

const Time noon{std::chrono::milliseconds{1'800'014'400'000}};

Charge hourly(std::string key, std::int64_t cost, std::int64_t most = 10) {
    return Charge{"hourly", std::move(key), "acct", cost, Rate{most, 1h}, WhenUnavailable::local};
}

std::int64_t used(MemoryCounters& counters, const std::string& key, Time now) {
    const auto uses = counters.list(key, 1, now);
    return uses.empty() ? 0 : uses.front().used;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_counters)

BOOST_AUTO_TEST_CASE(refused_charges_leave_nothing_in_memory) {
    MemoryCounters counters;
    for (int i = 0; i < 10'000; ++i) {
        const std::string key = fmt::format("hourly:user:{}", i);
        BOOST_REQUIRE(!all_granted(counters.charge({hourly(key, 11)}, noon)));
        BOOST_REQUIRE(all_granted(counters.charge({hourly(key, 0)}, noon)));
    }
    BOOST_TEST(counters.size() == 0u);
    BOOST_TEST(counters.changes() == 0u);
}

BOOST_AUTO_TEST_CASE(expired_keys_are_swept) {
    MemoryCounters counters;
    std::size_t largest = 0;
    for (int i = 0; i < 200'000; ++i) {
        const Time now = noon + i * 1s;
        counters.charge({hourly(fmt::format("hourly:user:{}", i), 1)}, now);
        largest = std::max(largest, counters.size());
    }
    // Two windows of keys, and as many again between two sweeps.
    BOOST_TEST(largest < 2 * 2 * 3700u);
}

BOOST_AUTO_TEST_CASE(a_sweep_keeps_what_a_clock_set_back_would_still_count) {
    MemoryCounters counters;
    counters.charge({hourly("hourly:user:ann", 10)}, noon);
    for (int i = 0; i < 5000; ++i) counters.charge({hourly("hourly:user:bob", 1)}, noon + 70min);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 30min) == 10);
    for (int i = 0; i < 5000; ++i) counters.charge({hourly("hourly:user:bob", 1)}, noon + 24h);
    BOOST_TEST(counters.size() == 1u);
}

BOOST_AUTO_TEST_CASE(recording_counts_without_asking) {
    MemoryCounters counters;
    counters.record({hourly("hourly:user:ann", 25)}, noon);
    BOOST_TEST(used(counters, "hourly:user:ann", noon) == 25);
    const Answer answer = counters.charge({hourly("hourly:user:ann", 1)}, noon).front();
    BOOST_TEST(std::get<Exceeded>(answer).used == 25);
}

BOOST_AUTO_TEST_CASE(every_change_is_counted_for_the_saver) {
    MemoryCounters counters;
    counters.charge({hourly("hourly:user:ann", 1)}, noon);
    const auto after_charge = counters.changes();
    BOOST_TEST(after_charge > 0u);
    counters.list("", 10, noon);
    counters.charge({hourly("hourly:user:ann", 100)}, noon);
    BOOST_TEST(!counters.reset("hourly:user:bob"));
    BOOST_TEST(counters.changes() == after_charge);
    counters.reset("hourly:user:ann");
    BOOST_TEST(counters.changes() > after_charge);
}

// The text used to be taken under one lock for all counts, which every message waited for.
BOOST_AUTO_TEST_CASE(a_save_beside_charges_has_every_key_once) {
    MemoryCounters counters;
    const auto charge = [&counters](int i) {
        counters.charge({hourly(fmt::format("hourly:user:{}", i), 1)}, noon);
    };
    for (int i = 0; i < 20'000; ++i) charge(i);
    std::atomic<bool> over = false;
    std::jthread sender([&] {
        for (int i = 0; !over; ++i) charge(20'000 + i % 50'000);
    });
    for (int i = 0; i < 5; ++i) {
        const auto saved = parse_saved(counters.save(noon));
        BOOST_REQUIRE(saved.has_value());
        std::set<std::string> keys;
        for (const SavedCount& count : *saved) keys.insert(count.key);
        BOOST_TEST(keys.size() == saved->size());
        for (int old = 0; old < 20'000; ++old)
            BOOST_REQUIRE(keys.contains(fmt::format("hourly:user:{}", old)));
    }
    over = true;
}

// Five keys, two of them in one call, a clock that jumps back and forth by up to a window.
BOOST_AUTO_TEST_CASE(a_million_random_charges_agree_with_an_exact_log) {
    std::mt19937 random(1);
    MemoryCounters counters;
    ExactLog log(slice_width(1h));
    Time now = noon;
    int granted = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        now += std::chrono::milliseconds{random() % 60'000};
        if (random() % 500 == 0) now -= std::chrono::milliseconds{random() % 3'600'000};
        if (random() % 5000 == 0) now += std::chrono::milliseconds{random() % 7'200'000};
        const auto first = static_cast<int>(random() % 5);
        std::vector<Charge> charges{
            hourly(fmt::format("hourly:user:{}", first), random() % 60, 500)};
        if (random() % 2)
            charges.push_back(hourly(fmt::format("hourly:user:{}", (first + 1) % 5), random() % 60,
                                     300 + random() % 300));
        const std::int64_t before = log.used(charges[0].key, now);
        const bool room = log.charge(charges, now);
        const Answers answers = counters.charge(charges, now);
        BOOST_REQUIRE(all_granted(answers) == room);
        granted += room;
        if (const auto* exceeded = std::get_if<Exceeded>(&answers[0]))
            BOOST_REQUIRE(exceeded->used == before);
        else
            BOOST_REQUIRE(std::get<Granted>(answers[0]).used ==
                          before + (room ? charges[0].cost : 0));
    }
    BOOST_TEST(granted > 100'000);
    BOOST_TEST(granted < 900'000);
}

// Not by slices but by the clock: the promise made to the operator.
BOOST_AUTO_TEST_CASE(no_span_of_an_hour_ever_holds_more_than_the_limit) {
    std::mt19937 random(2);
    MemoryCounters counters;
    std::vector<std::pair<Time, std::int64_t>> granted;
    Time now = noon;
    for (int i = 0; i < 300'000; ++i) {
        now += std::chrono::milliseconds{random() % 8'000};
        const Charge charge = hourly("hourly:domain:x", 1 + random() % 5, 500);
        if (all_granted(counters.charge({charge}, now))) granted.emplace_back(now, charge.cost);
    }
    std::int64_t in_span = 0;
    std::size_t oldest = 0;
    for (const auto& [time, cost] : granted) {
        in_span += cost;
        while (granted[oldest].first <= time - 1h) in_span -= granted[oldest++].second;
        BOOST_REQUIRE(in_span <= 500);
    }
}

BOOST_AUTO_TEST_SUITE_END()
