#include "limits/distinct_estimate.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

#include <fmt/format.h>

#include "limits/hash.h"

using namespace spillway::limits;

namespace {

// Addresses, hashed as callers do it.
std::uint64_t recipient(int number) {
    const std::string address = fmt::format("user{}@list.example", number);
    return fnv1a(address.begin(), address.end());
}

DistinctEstimate of_recipients(int begin, int end) {
    DistinctEstimate estimate;
    for (int number = begin; number < end; ++number) estimate.add(recipient(number));
    return estimate;
}

// Of 1, as a share.
double error_of(std::int64_t estimate, int exact) {
    return static_cast<double>(estimate) / exact - 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(distinct_estimate)

BOOST_AUTO_TEST_CASE(nothing_is_nothing_and_few_are_exact) {
    BOOST_TEST(DistinctEstimate().estimate() == 0);
    for (const int exact : {1, 2, 3, 5}) BOOST_TEST(of_recipients(0, exact).estimate() == exact);
}

BOOST_AUTO_TEST_CASE(estimates_from_ten_to_a_million_are_within_five_percent) {
    DistinctEstimate estimate;
    int added = 0;
    for (const int exact : {10, 100, 1'000, 3'000, 10'000, 15'000, 20'000, 100'000, 1'000'000}) {
        while (added < exact) estimate.add(recipient(added++));
        const double error = error_of(estimate.estimate(), exact);
        BOOST_TEST_MESSAGE(fmt::format("{:9} estimated {:+.2f} %", exact, error * 100));
        BOOST_TEST(std::abs(error) < 0.05, exact);
    }
}

// Many estimates of different things: neither too high nor too low on average, also where older
// estimators were, and as far off as promised.
BOOST_AUTO_TEST_CASE(errors_have_no_bias_and_the_promised_spread) {
    for (const int exact : {200, 2'000, 12'000, 30'000}) {
        const int rounds = 200;
        double sum = 0, squares = 0;
        for (int round = 0; round < rounds; ++round) {
            const int begin = round * exact;
            const double error = error_of(of_recipients(begin, begin + exact).estimate(), exact);
            sum += error;
            squares += error * error;
        }
        const double bias = sum / rounds, spread = std::sqrt(squares / rounds);
        BOOST_TEST_MESSAGE(fmt::format("{:6}: bias {:+.3f} %, standard error {:.3f} %", exact,
                                       bias * 100, spread * 100));
        BOOST_TEST(std::abs(bias) < 0.004, exact);
        BOOST_TEST(spread < 0.0185, exact);
    }
}

BOOST_AUTO_TEST_CASE(adding_again_changes_nothing) {
    DistinctEstimate estimate = of_recipients(0, 5'000);
    const DistinctEstimate before = estimate;
    for (int number = 4'999; number >= 0; --number) estimate.add(recipient(number));
    BOOST_TEST((estimate == before));
}

BOOST_AUTO_TEST_CASE(a_merged_estimate_is_that_of_all_things) {
    DistinctEstimate both = of_recipients(0, 6'000);
    both.merge(of_recipients(4'000, 9'000));
    BOOST_TEST((both == of_recipients(0, 9'000)));
    both.merge(DistinctEstimate());
    BOOST_TEST((both == of_recipients(0, 9'000)));
}

BOOST_AUTO_TEST_CASE(a_saved_estimate_is_loaded_as_it_was) {
    for (const int exact : {0, 1, 500, 100'000}) {
        const DistinctEstimate estimate = of_recipients(0, exact);
        const std::string text = estimate.saved();
        BOOST_TEST(text.size() == DistinctEstimate::registers);
        BOOST_TEST(text.find_first_of(" :\n%") == text.npos);
        const auto loaded = DistinctEstimate::parse_saved(text);
        BOOST_REQUIRE(loaded.has_value());
        BOOST_TEST((*loaded == estimate));
        BOOST_TEST(loaded->estimate() == estimate.estimate());
    }
}

BOOST_AUTO_TEST_CASE(text_that_nothing_saved_is_refused) {
    const std::string text = of_recipients(0, 1'000).saved();
    const auto refused = [](const std::string& damaged) {
        return !DistinctEstimate::parse_saved(damaged).has_value();
    };
    BOOST_TEST(refused(""));
    BOOST_TEST(refused(text.substr(1)));
    BOOST_TEST(refused(text + 'A'));
    for (const char nonsense : {' ', '+', '=', '\0', '2', '_'}) {  // the last are too high
        std::string damaged = text;
        damaged[77] = nonsense;
        BOOST_TEST(refused(damaged), nonsense);
    }
}

// A saved text may hold what no number of things leads to.
BOOST_AUTO_TEST_CASE(the_fullest_estimate_is_a_number) {
    for (const char rank : {'z', '0', '1'}) {
        const auto full =
            DistinctEstimate::parse_saved(std::string(DistinctEstimate::registers, rank));
        BOOST_REQUIRE(full.has_value());
        BOOST_TEST(full->estimate() >= 1'000'000'000'000'000'000);
    }
}

BOOST_AUTO_TEST_SUITE_END()
