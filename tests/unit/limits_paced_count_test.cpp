#include "limits/paced_count.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

Charge paced(std::int64_t cost, std::int64_t burst = 1, std::chrono::microseconds interval = 8s) {
    return with_rate("pace:domain:x", cost, Pacing{burst, interval});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(paced_count)

BOOST_AUTO_TEST_CASE(one_each_interval) {
    MemoryCounters counters;
    for (int i = 0; i < 5; ++i) {
        const Time now = noon + i * 8s;
        BOOST_TEST(grant(counters, paced(1), now).used == 1);
        const Exceeded refused = refusal(counters, paced(1), now + 7999ms);
        BOOST_TEST(refused.used == 1);
        BOOST_TEST(refused.max == 1);
        BOOST_TEST((refused.next_free == now + 8s));
    }
}

BOOST_AUTO_TEST_CASE(a_pause_allows_a_burst_and_no_more) {
    MemoryCounters counters;
    for (int i = 1; i <= 5; ++i) BOOST_TEST(grant(counters, paced(1, 5), noon).used == i);
    BOOST_TEST((refusal(counters, paced(1, 5), noon).next_free == noon + 8s));
    BOOST_TEST((refusal(counters, paced(4, 5), noon).next_free == noon + 32s));
    BOOST_TEST((refusal(counters, paced(6, 5), noon).next_free == std::nullopt));
    BOOST_TEST(grant(counters, paced(2, 5), noon + 16s).used == 5);
    BOOST_TEST(grant(counters, paced(5, 5), noon + 1h).used == 5);
}

BOOST_AUTO_TEST_CASE(intervals_may_be_shorter_than_a_millisecond) {
    MemoryCounters counters;
    for (int i = 0; i < 10; ++i) BOOST_TEST(granted(counters, paced(1, 10, 300us), noon));
    BOOST_TEST((refusal(counters, paced(1, 10, 300us), noon).next_free == noon + 1ms));
    BOOST_TEST(grant(counters, paced(3, 10, 300us), noon + 1ms).used == 10);
    BOOST_TEST((refusal(counters, paced(1, 10, 300us), noon + 1ms).next_free == noon + 2ms));
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_frees_nothing_and_lengthens_the_wait) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, paced(1), noon));
    const Exceeded refused = refusal(counters, paced(1), noon - 80s);
    BOOST_TEST(refused.used == 11);
    BOOST_TEST((refused.next_free == noon + 8s));
}

BOOST_AUTO_TEST_CASE(only_an_unlimited_plan_has_an_effect) {
    MemoryCounters counters;
    Charge charge = paced(1);
    charge.plans = {"pace:domain:x"};
    counters.set_plan({"acct", "pace:domain:x", 100});
    BOOST_TEST(grant(counters, charge, noon).plan == "");
    BOOST_TEST(refusal(counters, charge, noon).max == 1);
    counters.set_plan({"acct", "pace:domain:x"});
    for (int i = 2; i < 20; ++i) {
        const Granted free = grant(counters, charge, noon);
        BOOST_TEST(free.used == i);
        BOOST_TEST(free.max == unlimited);
        BOOST_TEST(free.plan == "pace:domain:x");
    }
}

BOOST_AUTO_TEST_CASE(the_largest_costs_of_an_unlimited_plan_do_not_overflow) {
    MemoryCounters counters;
    Charge charge = paced(most_countable, 1, longest_interval);
    charge.plans = {"pace:domain:x"};
    counters.set_plan({"acct", "pace:domain:x"});
    for (int i = 0; i < 10; ++i) BOOST_TEST(grant(counters, charge, noon).used > 0);
}

BOOST_AUTO_TEST_CASE(a_standing_tells_when_the_next_one_leaves) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, paced(3, 5), noon));
    const auto standing = counters.peek({paced(4, 5)}, noon + 1s).at(0);
    BOOST_TEST(standing->used == 3);
    BOOST_TEST((standing->frees == noon + 8s));
    BOOST_TEST((standing->next_free == noon + 16s));
}

BOOST_AUTO_TEST_SUITE_END()
