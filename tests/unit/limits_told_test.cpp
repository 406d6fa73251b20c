#include "limits/told.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

Charge told(std::int64_t cost, std::int64_t most = 100) {
    Charge charge = hourly("hourly:user:ann", cost, most);
    charge.levels = {80, 95, 100};
    return charge;
}

const std::vector<int> nothing;
const std::vector<int> full{100};

}  // namespace

BOOST_AUTO_TEST_SUITE(told_levels)

BOOST_AUTO_TEST_CASE(a_level_is_crossed_when_its_share_rounded_up_is_reached) {
    BOOST_TEST((threshold(80, 100) == 80));
    BOOST_TEST((threshold(80, 7) == 6));
    BOOST_TEST((threshold(1, 10) == 1));
    BOOST_TEST((threshold(100, 1) == 1));
    BOOST_TEST((threshold(95, most_countable) == 8'556'839'292'003'943));
    BOOST_TEST(!threshold(80, unlimited).has_value());
    BOOST_TEST(!threshold(80, 0).has_value());
}

BOOST_AUTO_TEST_CASE(each_level_is_told_by_the_charge_that_crosses_it) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, told(79), noon).crossed == nothing);
    BOOST_TEST(grant(counters, told(1), noon).crossed == std::vector<int>{80});
    BOOST_TEST(grant(counters, told(10), noon).crossed == nothing);
    BOOST_TEST(grant(counters, told(10), noon).crossed == (std::vector<int>{95, 100}));
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_the_full_level_once_a_span) {
    MemoryCounters counters;
    BOOST_TEST(granted(counters, told(90), noon));
    BOOST_TEST(refusal(counters, told(20), noon + 1min).crossed == full);
    BOOST_TEST(refusal(counters, told(20), noon + 2min).crossed == nothing);
    BOOST_TEST(grant(counters, told(10), noon + 3min).crossed == std::vector<int>{95});
    BOOST_TEST(refusal(counters, told(101), noon + 61min - 1ms).crossed == nothing);
    BOOST_TEST(refusal(counters, told(101), noon + 61min).crossed == full);
}

BOOST_AUTO_TEST_CASE(a_refusal_of_one_who_never_sent_is_told_once_as_well) {
    MemoryCounters counters;
    BOOST_TEST(refusal(counters, told(101), noon).crossed == full);
    BOOST_TEST(refusal(counters, told(101), noon).crossed == nothing);
    BOOST_TEST(counters.list("", 10, noon).empty());
    for (int i = 0; i < 5000; ++i) granted(counters, hourly("hourly:user:bob", 0), noon + 59min);
    BOOST_TEST(refusal(counters, told(101), noon + 59min).crossed == nothing);
    for (int i = 0; i < 5000; ++i) granted(counters, hourly("hourly:user:bob", 0), noon + 48h);
    BOOST_TEST(counters.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_did_not_fit_for_another_limits_sake_tells_nothing) {
    MemoryCounters counters;
    const Answers answers = charge(counters, {told(85), hourly("full:user:ann", 11)}, noon);
    BOOST_TEST(std::get<Granted>(answers[0]).crossed == nothing);
    BOOST_TEST(std::get<Exceeded>(answers[1]).crossed == nothing);
    BOOST_TEST(grant(counters, told(85), noon).crossed == std::vector<int>{80});
}

BOOST_AUTO_TEST_CASE(levels_are_those_of_the_maximum_in_force) {
    MemoryCounters counters;
    counters.set_plan({"acct", "hourly:user:ann", 10});
    Charge charge = told(8);
    charge.plans = {"hourly:user:ann"};
    BOOST_TEST(grant(counters, charge, noon).crossed == std::vector<int>{80});
    counters.set_plan({"acct", "hourly:user:ann"});
    charge.cost = 1000;
    BOOST_TEST(grant(counters, charge, noon).crossed == nothing);
}

BOOST_AUTO_TEST_CASE(each_period_is_told_of_anew) {
    MemoryCounters counters;
    const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {100, 100, 100}};
    Charge daily = with_rate("daily:user:ann", 100, days);
    daily.levels = {100};
    BOOST_TEST(grant(counters, daily, noon + 23h).crossed == full);
    BOOST_TEST(refusal(counters, daily, noon + 23h).crossed == nothing);
    BOOST_TEST(grant(counters, daily, noon + 24h).crossed == full);
    BOOST_TEST(refusal(counters, daily, noon + 23h).crossed == nothing);
}

BOOST_AUTO_TEST_CASE(different_things_cross_levels_as_well) {
    MemoryCounters counters;
    Charge reach = of_members(hourly("reach:user:ann", 1, 4), {"a", "b"});
    reach.levels = {50};
    BOOST_TEST(grant(counters, reach, noon).crossed == std::vector<int>{50});
    reach.members = {"c"};
    BOOST_TEST(grant(counters, reach, noon).crossed == nothing);
}

BOOST_AUTO_TEST_CASE(a_pace_crosses_none) {
    MemoryCounters counters;
    Charge paced = with_rate("pace:user:ann", 1, Pacing{1, 1s});
    paced.levels = {50, 100};
    BOOST_TEST(grant(counters, paced, noon).crossed == nothing);
    BOOST_TEST(refusal(counters, paced, noon).crossed == nothing);
}

BOOST_AUTO_TEST_CASE(a_count_that_starts_anew_has_told_nothing) {
    MemoryCounters counters;
    BOOST_TEST(!grant(counters, told(85), noon).crossed.empty());
    Charge wider = told(85);
    wider.rate = Sliding{100, 2h};
    BOOST_TEST(!grant(counters, wider, noon).crossed.empty());
    BOOST_TEST(counters.reset("hourly:user:ann"));
    BOOST_TEST(!grant(counters, wider, noon).crossed.empty());
}

BOOST_AUTO_TEST_SUITE_END()
