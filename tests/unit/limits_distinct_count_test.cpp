#include "limits/distinct_count.h"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

Charge reach(std::vector<std::string> members, std::int64_t most = 3) {
    return of_members(hourly("reach:user:ann", 99, most), std::move(members));
}

Charge daily_reach(std::vector<std::string> members) {
    const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {3, 3, 2}};
    return of_members(with_rate("reach:user:ann", 99, days), std::move(members));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(distinct_count)

BOOST_AUTO_TEST_CASE(who_is_counted_already_costs_nothing) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, reach({"a", "b"}), noon).used == 2);
    BOOST_TEST(grant(counters, reach({"b", "c", "c"}), noon + 1s).used == 3);
    BOOST_TEST(grant(counters, reach({"a", "b", "c"}), noon + 2s).used == 3);
    BOOST_TEST(refusal(counters, reach({"a", "d"}), noon + 3s).used == 3);
}

BOOST_AUTO_TEST_CASE(who_is_written_to_again_stays_counted_from_then_on) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, reach({"a", "b", "c"}), noon));
    BOOST_TEST(granted(counters, reach({"b"}), noon + 30min));
    BOOST_TEST(!granted(counters, reach({"d"}), noon + 1h - 1ms));
    BOOST_TEST(used(counters, "reach:user:ann", noon + 1h) == 1);
    BOOST_TEST(grant(counters, reach({"d"}), noon + 1h).used == 2);
    BOOST_TEST(used(counters, "reach:user:ann", noon + 90min - 1ms) == 2);
    BOOST_TEST(used(counters, "reach:user:ann", noon + 90min) == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_call_refreshes_nobody) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, reach({"a", "b", "c"}), noon));
    BOOST_TEST(!granted(counters, reach({"a", "d"}), noon + 30min));
    BOOST_TEST(used(counters, "reach:user:ann", noon + 1h) == 0);
}

BOOST_AUTO_TEST_CASE(next_free_is_when_enough_others_have_left) {
    MemoryCounters counters;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(granted(counters, reach({std::string(1, 'a' + i)}), noon + i * 1min));
    const Time now = noon + 10min;
    BOOST_TEST((refusal(counters, reach({"d"}), now).next_free == noon + 1h));
    BOOST_TEST((refusal(counters, reach({"d", "e"}), now).next_free == noon + 61min));
    BOOST_TEST((refusal(counters, reach({"a", "d"}), now).next_free == noon + 61min));
    BOOST_TEST((refusal(counters, reach({"a", "b", "d"}), now).next_free == noon + 62min));
    BOOST_TEST((refusal(counters, reach({"a", "b", "c", "d"}), now).next_free == std::nullopt));
    BOOST_TEST(!granted(counters, reach({"a", "d"}), noon + 61min - 1ms));
    BOOST_TEST(granted(counters, reach({"a", "d"}), noon + 61min));
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_keeps_everybody) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, reach({"a", "b", "c"}), noon));
    BOOST_TEST((refusal(counters, reach({"d"}), noon - 24h).next_free == noon + 1h));
    BOOST_TEST(granted(counters, reach({"a"}), noon - 24h));
    BOOST_TEST(used(counters, "reach:user:ann", noon + 1h - 1ms) == 3);
    BOOST_TEST(used(counters, "reach:user:ann", noon + 1h) == 1);
}

// Two calls of one millisecond: taking the first back must not lose who the second wrote to as
// well.
BOOST_AUTO_TEST_CASE(who_a_later_call_wrote_to_stays_when_the_first_is_taken_back) {
    MemoryCounters counters;
    Call first = call_of({reach({"a", "b"})}, "first");
    const Outcome outcome = counters.charge(first, noon);
    BOOST_TEST(granted(counters, reach({"b"}), noon));
    counters.settle(outcome.receipt, false, noon);
    BOOST_TEST(used(counters, "reach:user:ann", noon) == 1);
    BOOST_TEST(grant(counters, reach({"b"}), noon).used == 1);
}

BOOST_AUTO_TEST_CASE(a_period_counts_everybody_once) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, daily_reach({"a", "b"}), noon).used == 2);
    BOOST_TEST(grant(counters, daily_reach({"a", "b", "c"}), noon + 20h).used == 3);
    BOOST_TEST((refusal(counters, daily_reach({"a", "d"}), noon + 23h).next_free == noon + 24h));
    BOOST_TEST(
        (refusal(counters, daily_reach({"a", "b", "d"}), noon + 23h).next_free == std::nullopt));
    BOOST_TEST(grant(counters, daily_reach({"d"}), noon + 24h).used == 1);
    BOOST_TEST(refusal(counters, daily_reach({"a", "b"}), noon + 23h).used == 1);
}

BOOST_AUTO_TEST_CASE(a_count_of_things_is_none_of_costs) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, reach({"a", "b", "c"}), noon));
    BOOST_TEST(grant(counters, hourly("reach:user:ann", 1), noon).used == 1);
    BOOST_TEST(grant(counters, reach({"z"}), noon).used == 1);
}

BOOST_AUTO_TEST_CASE(members_leave_in_the_order_they_were_last_seen) {
    Members members;
    for (int i = 0; i < 100; ++i) members.see({.at = noon + i * 1s, .fresh = {std::to_string(i)}});
    for (int i = 0; i < 100; i += 2)
        members.see({.at = noon + 100s + i * 1s, .again = {std::to_string(i)}});
    BOOST_TEST(members.count_after(noon + 98s) == 51u);
    BOOST_TEST((members.seen_by_rank(1, noon, {}) == noon + 1s));
    BOOST_TEST((members.seen_by_rank(2, noon, {"3"}) == noon + 5s));
    members.forget_until(noon + 99s);
    BOOST_TEST(members.size() == 50u);
    Members moved = std::move(members);
    BOOST_TEST((moved.seen_by_rank(50, noon, {}) == noon + 198s));
    BOOST_TEST((moved.seen_by_rank(51, noon, {}) == std::nullopt));
    moved.forget_until(noon + 198s);
    BOOST_TEST(moved.size() == 0u);
    BOOST_TEST(moved.oldest() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
