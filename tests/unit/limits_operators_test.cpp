// What operators set and ask: plans, suspensions, places, lists.
#include <boost/test/unit_test.hpp>

#include <random>

#include <fmt/format.h>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

Charge planned(std::int64_t cost) {
    Charge charge = hourly("hourly:user:ann", cost);
    charge.plans = {"hourly:user:ann", "hourly:domain:a.example"};
    return charge;
}

Suspension suspension_of(Whom whom, std::string who, Time until) {
    return {{"acct", whom, std::move(who)}, until, "sold a list"};
}

Call call_from(std::vector<Suspect> senders) {
    Call call = call_of({hourly("hourly:user:ann", 1)});
    call.senders = std::move(senders);
    return call;
}

Place place_of(std::string holder, std::int64_t most = 2) {
    Place place;
    place.limit = "connections";
    place.key = "connections:client-ip:192.0.2.1";
    place.account = "acct";
    place.most = most;
    place.plans = {"connections:client-ip:192.0.2.1"};
    place.holder = std::move(holder);
    return place;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operators)

BOOST_AUTO_TEST_CASE(the_closest_plan_replaces_the_maximum) {
    MemoryCounters counters;
    BOOST_TEST(grant(counters, planned(0), noon).max == 10);
    counters.set_plan({"acct", "hourly:domain:a.example", 50});
    const Granted wide = grant(counters, planned(20), noon);
    BOOST_TEST(wide.max == 50);
    BOOST_TEST(wide.plan == "hourly:domain:a.example");
    counters.set_plan({"acct", "hourly:user:ann", 25});
    const Exceeded close = refusal(counters, planned(10), noon);
    BOOST_TEST(close.used == 20);
    BOOST_TEST(close.max == 25);
    BOOST_TEST(close.plan == "hourly:user:ann");
    BOOST_TEST(counters.peek({planned(5)}, noon).at(0)->plan == "hourly:user:ann");
    BOOST_TEST(counters.unset_plan({"acct", "hourly:user:ann", 7}));
    BOOST_TEST(!counters.unset_plan({"acct", "hourly:user:ann", 25}));
    BOOST_TEST(grant(counters, planned(30), noon).used == 50);
    BOOST_TEST(counters.unset_plan({"acct", "hourly:domain:a.example"}));
    BOOST_TEST(refusal(counters, planned(1), noon).max == 10);
}

BOOST_AUTO_TEST_CASE(unlimited_counts_and_refuses_nothing) {
    MemoryCounters counters;
    counters.set_plan({"acct", "hourly:user:ann"});
    for (int i = 1; i <= 100; ++i) {
        const Granted free = grant(counters, planned(1000), noon);
        BOOST_TEST(free.used == i * 1000);
        BOOST_TEST(free.max == unlimited);
    }
}

BOOST_AUTO_TEST_CASE(a_plan_is_of_its_account_alone) {
    MemoryCounters counters;
    counters.set_plan({"other", "hourly:user:ann", 50});
    BOOST_TEST(refusal(counters, planned(11), noon).max == 10);
    counters.set_plan({"acct", "hourly:user:ann", -5});
    BOOST_TEST(refusal(counters, planned(1), noon).max == 0);
    const auto all = counters.plans({});
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST((all[0] == Plan{"acct", "hourly:user:ann", 0}));
    BOOST_TEST((counters.plans("other") == std::vector<Plan>{{"other", "hourly:user:ann", 50}}));
    BOOST_TEST(counters.plans("nobody").empty());
}

BOOST_AUTO_TEST_CASE(plans_of_long_values_are_found_by_either_text) {
    MemoryCounters counters;
    const std::string name = "hourly:user:" + std::string(5000, 'x');
    counters.set_plan({"acct", name, 50});
    Charge charge = hourly("hourly:user:ann", 20);
    charge.plans = {name};
    BOOST_TEST(grant(counters, charge, noon).max == 50);
    BOOST_TEST(counters.unset_plan(counters.plans({}).at(0)));
}

BOOST_AUTO_TEST_CASE(nothing_is_charged_for_who_is_suspended) {
    MemoryCounters counters;
    counters.suspend(suspension_of(Whom::user, "ann", noon + 1h), noon);
    const Suspect ann{"acct", Whom::user, "ann"};
    const Suspect eve{"acct", Whom::user, "eve"};
    const Outcome refused = counters.charge(call_from({eve, ann}), noon);
    BOOST_REQUIRE(refused.answers.size() == 1u);
    BOOST_TEST(std::holds_alternative<NotAsked>(refused.answers[0]));
    BOOST_TEST((refused.suspended == suspension_of(Whom::user, "ann", noon + 1h)));
    BOOST_TEST(refused.receipt.token.empty());
    BOOST_TEST(counters.list("", 1, noon).empty());
    BOOST_TEST(!counters.charge(call_from({eve}), noon).suspended.has_value());
    BOOST_TEST(
        !counters.charge(call_from({{"acct", Whom::domain, "ann"}}), noon).suspended.has_value());
    BOOST_TEST(
        !counters.charge(call_from({{"other", Whom::user, "ann"}}), noon).suspended.has_value());
}

BOOST_AUTO_TEST_CASE(a_suspension_ends_at_its_time_or_when_it_is_lifted) {
    MemoryCounters counters;
    const Suspect ann{"acct", Whom::user, "ann"};
    counters.suspend(suspension_of(Whom::user, "ann", noon + 1h), noon);
    BOOST_TEST(counters.charge(call_from({ann}), noon + 1h - 1ms).suspended.has_value());
    BOOST_TEST(!counters.charge(call_from({ann}), noon + 1h).suspended.has_value());
    BOOST_TEST(counters.suspensions(noon + 1h).empty());

    counters.suspend(suspension_of(Whom::user, "ann", noon + 2h), noon);
    counters.suspend(suspension_of(Whom::account, "", noon + 3h), noon);
    BOOST_TEST((counters.suspensions(noon) ==
                std::vector<Suspension>{suspension_of(Whom::user, "ann", noon + 2h),
                                        suspension_of(Whom::account, "", noon + 3h)}));
    BOOST_TEST(counters.unsuspend(ann));
    BOOST_TEST(!counters.unsuspend(ann));
    BOOST_TEST(!counters.charge(call_from({ann}), noon).suspended.has_value());
    BOOST_TEST(
        counters.charge(call_from({ann, {"acct", Whom::account, ""}}), noon).suspended.has_value());
}

BOOST_AUTO_TEST_CASE(places_are_held_until_they_are_let_go) {
    MemoryCounters counters;
    BOOST_TEST(std::get<Granted>(counters.hold(place_of("a"), noon)).used == 1);
    BOOST_TEST(std::get<Granted>(counters.hold(place_of("b"), noon)).used == 2);
    BOOST_TEST(std::get<Granted>(counters.hold(place_of("a"), noon)).used == 2);
    const auto refused = std::get<Exceeded>(counters.hold(place_of("c"), noon));
    BOOST_TEST(refused.used == 2);
    BOOST_TEST(refused.max == 2);
    BOOST_TEST(!refused.next_free.has_value());
    counters.release(place_of("nobody"));
    counters.release(place_of("a"));
    counters.release(place_of("a"));
    BOOST_TEST(std::get<Granted>(counters.hold(place_of("c"), noon)).used == 2);
    counters.set_plan({"acct", "connections:client-ip:192.0.2.1", 3});
    BOOST_TEST(std::get<Granted>(counters.hold(place_of("d"), noon)).max == 3);
    BOOST_TEST(std::holds_alternative<Exceeded>(counters.hold(place_of("e"), noon)));
}

BOOST_AUTO_TEST_CASE(uses_are_listed_by_key_or_by_use) {
    MemoryCounters counters;
    std::mt19937 random(5);
    for (int i = 0; i < 5000; ++i)
        BOOST_REQUIRE(granted(
            counters, hourly(fmt::format("hourly:user:{:04}", i), 1 + i * 7919 % 5000, 10'000),
            noon));
    const auto first = counters.list("hourly:user:", 3, noon);
    BOOST_REQUIRE(first.size() == 3u);
    for (int i = 0; i < 3; ++i) BOOST_TEST(first[i].key == fmt::format("hourly:user:{:04}", i));
    const auto highest = counters.most_used("hourly:", 10, noon);
    BOOST_REQUIRE(highest.size() == 10u);
    for (int i = 0; i < 10; ++i) BOOST_TEST(highest[i].used == 5000 - i);
    BOOST_TEST(highest[0].account == "acct");
    BOOST_TEST(counters.most_used("daily:", 10, noon).empty());
    BOOST_TEST(counters.list("", 0, noon).empty());
    BOOST_TEST(counters.most_used("", 9999, noon + 2h).empty());
}

BOOST_AUTO_TEST_CASE(a_standing_charges_nothing) {
    MemoryCounters counters;
    charge(counters, {hourly("hourly:user:ann", 4)}, noon);
    const auto changes = counters.changes();
    const auto standings =
        counters.peek({hourly("hourly:user:ann", 7), hourly("x:user:y", 1)}, noon);
    BOOST_REQUIRE(standings.size() == 2u);
    BOOST_TEST(standings[0]->used == 4);
    BOOST_TEST((standings[0]->next_free == noon + 61min));
    BOOST_TEST((standings[0]->frees == noon + 61min));
    BOOST_TEST(standings[1]->used == 0);
    BOOST_TEST((standings[1]->next_free == noon));
    BOOST_TEST(!standings[1]->frees.has_value());
    BOOST_TEST(counters.changes() == changes);
}

BOOST_AUTO_TEST_SUITE_END()
