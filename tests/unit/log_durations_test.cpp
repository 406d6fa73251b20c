#include "log/durations.h"

#include <algorithm>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace spillway {
namespace {

using namespace std::chrono_literals;
using log::Durations;
using std::chrono::nanoseconds;

Durations of(const std::vector<nanoseconds>& values) {
    Durations durations;
    for (const nanoseconds one : values) {
        ++durations.counts[Durations::bucket_of(one)];
        durations.sum += one;
    }
    return durations;
}

BOOST_AUTO_TEST_SUITE(durations)

BOOST_AUTO_TEST_CASE(every_bucket_begins_where_the_one_before_ends) {
    for (std::size_t bucket = 1; bucket < Durations::buckets; ++bucket) {
        const nanoseconds begin = Durations::beginning_of(bucket);
        BOOST_TEST(Durations::bucket_of(begin) == bucket);
        BOOST_TEST(Durations::bucket_of(begin - 1ns) == bucket - 1);
    }
    BOOST_TEST(Durations::beginning_of(1).count() == 64);
    BOOST_TEST(Durations::bucket_of(0ns) == 0U);
    BOOST_TEST(Durations::bucket_of(-1ns) == 0U);  // a clock that was set back
    BOOST_TEST(Durations::bucket_of(24h) == Durations::buckets - 1);
}

BOOST_AUTO_TEST_CASE(none_have_neither_mean_nor_quantile) {
    BOOST_TEST(Durations{}.mean().count() == 0);
    BOOST_TEST(Durations{}.quantile(0.99).count() == 0);
}

BOOST_AUTO_TEST_CASE(one_slow_in_a_hundred_is_not_hidden_by_the_mean) {
    std::vector<nanoseconds> values(98, 10us);
    values.insert(values.end(), 2, 50ms);
    const Durations durations = of(values);
    BOOST_TEST(durations.mean().count() == 1'009'800);
    BOOST_TEST(durations.quantile(0.5).count() < 20'000);
    BOOST_TEST(durations.quantile(0.99).count() > 33'000'000);
    BOOST_TEST(durations.quantile(0.99).count() < 68'000'000);
}

// The law that the manual states, over values of all sizes.
BOOST_AUTO_TEST_CASE(quantiles_are_told_within_a_quarter) {
    std::mt19937 random(20261123);
    for (int round = 0; round < 200; ++round) {
        std::lognormal_distribution<double> spread(8 + round % 8, 0.1 + round % 5 * 0.5);
        std::vector<nanoseconds> values;
        for (int i = 0; i < 2000; ++i) {
            const double one = std::clamp(spread(random), 100.0, 4e9);
            values.emplace_back(static_cast<std::int64_t>(one));
        }
        const Durations durations = of(values);
        std::ranges::sort(values);
        for (const double share : {0.5, 0.9, 0.99}) {
            const auto place = static_cast<std::size_t>(share * 2000) - 1;
            const auto truth = static_cast<double>(values[place].count());
            const auto told = static_cast<double>(durations.quantile(share).count());
            BOOST_TEST(std::abs(told - truth) <= truth / 4,
                       "told " << told << " for " << truth << " at " << share);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_before_can_be_taken_away) {
    Durations all = of({1us, 2us, 3us});
    all -= of({1us, 2us});
    BOOST_TEST(all.count() == 1U);
    BOOST_TEST(all.mean().count() == 3000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
