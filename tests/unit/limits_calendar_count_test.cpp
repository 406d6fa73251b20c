#include "limits/calendar_count.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

constexpr auto day = std::chrono::milliseconds{24h};

// The days around noon's; the third has two hours less, as in autumn's change of clocks.
const Calendar days{{noon - day, noon, noon + day, noon + 2 * day - 2h}, {10, 10, 10}};

Charge daily(std::int64_t cost, Calendar rate = days) {
    return with_rate("daily:user:ann", cost, rate);
}

// The same calendar as one who asks `later` gets it.
Calendar asked(std::chrono::milliseconds later) {
    return {{noon - day + later, noon + later, noon + day + later, noon + 2 * day + later},
            {10, 10, 10}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calendar_count)

BOOST_AUTO_TEST_CASE(a_period_starts_anew_at_its_first_millisecond) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, daily(10), noon + day - 1ms).used == 10);
    const Exceeded refused = refusal(counters, daily(1), noon + day - 1ms);
    BOOST_TEST(refused.used == 10);
    BOOST_TEST(refused.max == 10);
    BOOST_TEST((refused.next_free == noon + day));
    BOOST_TEST(grant(counters, daily(1), noon + day).used == 1);
    BOOST_TEST(used(counters, "daily:user:ann", noon + 2 * day - 2h - 1ms) == 1);
    BOOST_TEST(used(counters, "daily:user:ann", noon + 2 * day - 2h) == 0);
}

BOOST_AUTO_TEST_CASE(a_time_outside_the_three_periods_falls_into_the_nearest) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, daily(4), noon - 7 * day).used == 4);
    BOOST_TEST(grant(counters, daily(4), noon - day).used == 8);
    MemoryCounters others;
    BOOST_TEST(grant(others, daily(4), noon + 7 * day).used == 4);
    BOOST_TEST(grant(others, daily(4), noon + 2 * day - 3h).used == 8);
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_stays_in_the_period_it_has_counted_in) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, daily(9), noon + day).used == 9);
    const Exceeded refused = refusal(counters, daily(2), noon);
    BOOST_TEST(refused.used == 9);
    BOOST_TEST((refused.next_free == noon + 2 * day - 2h));
    // Even by a caller who does not know of it.
    const Exceeded behind = refusal(counters, daily(2, asked(-3 * day)), noon - 3 * day);
    BOOST_TEST(behind.used == 9);
    BOOST_TEST((behind.next_free == noon + 2 * day - 2h));
    BOOST_TEST(grant(counters, daily(1), noon).used == 10);
}

BOOST_AUTO_TEST_CASE(what_was_counted_in_a_period_of_other_bounds_counts_no_more) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, daily(10), noon).used == 10);
    BOOST_TEST(grant(counters, daily(3, asked(1h)), noon + 2h).used == 3);
    const Calendar months{{noon - 50 * day, noon - 20 * day, noon + 10 * day, noon + 40 * day},
                          {10, 10, 10}};
    BOOST_TEST(grant(counters, daily(3, months), noon + 2h).used == 3);
    BOOST_TEST(grant(counters, daily(3), noon + 2h).used == 3);
}

BOOST_AUTO_TEST_CASE(each_period_has_its_own_maximum) {
    MemoryCounters counters;
    const Calendar rising{days.bounds, {5, 10, 20}};
    BOOST_TEST(refusal(counters, daily(6, rising), noon - 1h).max == 5);
    BOOST_TEST((refusal(counters, daily(6, rising), noon - 1h).next_free == noon));
    BOOST_TEST((refusal(counters, daily(11, rising), noon - 1h).next_free == noon + day));
    BOOST_TEST((refusal(counters, daily(21, rising), noon - 1h).next_free == std::nullopt));
    const Calendar falling{days.bounds, {5, 10, 7}};
    BOOST_TEST(granted(counters, daily(5, falling), noon));
    BOOST_TEST((refusal(counters, daily(7, falling), noon).next_free == noon + day));
    BOOST_TEST((refusal(counters, daily(8, falling), noon).next_free == std::nullopt));
}

BOOST_AUTO_TEST_CASE(the_period_after_the_third_is_taken_to_be_like_it) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, daily(8), noon + day));
    BOOST_TEST((refusal(counters, daily(3), noon + day).next_free == noon + 2 * day - 2h));
}

BOOST_AUTO_TEST_CASE(a_standing_tells_when_the_period_ends) {
    MemoryCounters counters;
    BOOST_TEST(!counters.peek({daily(1)}, noon).at(0)->frees.has_value());
    BOOST_TEST(granted(counters, daily(8), noon));
    const auto standing = counters.peek({daily(3)}, noon + 1h).at(0);
    BOOST_REQUIRE(standing.has_value());
    BOOST_TEST(standing->used == 8);
    BOOST_TEST(standing->max == 10);
    BOOST_TEST((standing->next_free == noon + day));
    BOOST_TEST((standing->frees == noon + day));
    BOOST_TEST((counters.peek({daily(2)}, noon + 1h).at(0)->next_free == noon + 1h));
}

BOOST_AUTO_TEST_SUITE_END()
