#include "limits/sliding_count.h"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

// An hour has slices of a minute; this one begins at noon of some day.
const Time noon{std::chrono::milliseconds{1'800'014'400'000}};

}  // namespace

BOOST_AUTO_TEST_SUITE(sliding_count)

BOOST_AUTO_TEST_CASE(slices_are_never_shorter_than_the_span_in_all) {
    BOOST_TEST(slice_width(1h) == 60'000);
    BOOST_TEST(slice_width(61ms) == 2);
    BOOST_TEST(slice_width(60ms) == 1);
    BOOST_TEST(slice_width(0ms) == 1);
}

BOOST_AUTO_TEST_CASE(what_was_counted_counts_a_whole_span_and_at_most_a_slice_more) {
    SlidingCount count(1h);
    count.add(3, noon + 59s);
    BOOST_TEST(count.used(noon + 59s + 1h) == 3);
    BOOST_TEST(count.used(noon + 61min - 1ms) == 3);
    BOOST_TEST(count.used(noon + 61min) == 0);
}

BOOST_AUTO_TEST_CASE(slices_leave_one_by_one) {
    SlidingCount count(1h);
    count.add(1, noon);
    count.add(2, noon + 10min);
    count.add(4, noon + 60min);
    BOOST_TEST(count.used(noon + 60min) == 7);
    BOOST_TEST(count.used(noon + 61min) == 6);
    BOOST_TEST(count.used(noon + 71min) == 4);
    BOOST_TEST(count.used(noon + 121min) == 0);
}

BOOST_AUTO_TEST_CASE(a_slot_is_used_again_only_after_its_slice_has_left) {
    SlidingCount count(1h);
    count.add(1, noon);
    count.add(2, noon + 61min);  // the same slot of the ring
    BOOST_TEST(count.used(noon + 61min) == 2);
    count.add(5, noon + 500min);  // all slots are old
    BOOST_TEST(count.used(noon + 500min) == 5);
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_frees_nothing) {
    SlidingCount count(1h);
    count.add(5, noon + 30min);
    BOOST_TEST(count.used(noon - 24h) == 5);
    count.add(2, noon - 24h);
    BOOST_TEST(count.used(noon + 90min) == 7);
    BOOST_TEST(count.used(Time{-1ms}) == 7);
    BOOST_TEST(count.used(noon + 91min) == 0);
}

BOOST_AUTO_TEST_CASE(asking_changes_nothing) {
    SlidingCount count(1h);
    count.add(5, noon);
    const SlidingCount::State before = count.state();
    BOOST_TEST(count.used(noon + 24h) == 0);
    BOOST_TEST(count.next_free(5, 5, noon).has_value());
    BOOST_TEST((count.state() == before));
    BOOST_TEST(count.used(noon) == 5);
}

BOOST_AUTO_TEST_CASE(next_free_is_the_first_moment_with_room) {
    SlidingCount count(1h);
    count.add(6, noon);
    count.add(4, noon + 20min);
    BOOST_TEST((count.next_free(1, 10, noon + 30min) == noon + 61min));
    BOOST_TEST((count.next_free(6, 10, noon + 30min) == noon + 61min));
    BOOST_TEST((count.next_free(7, 10, noon + 30min) == noon + 81min));
    BOOST_TEST((count.next_free(7, 17, noon + 30min) == noon + 30min));
    BOOST_TEST((count.next_free(11, 10, noon + 30min) == std::nullopt));
}

BOOST_AUTO_TEST_CASE(next_free_under_a_clock_set_back_waits_for_the_counts_clock) {
    SlidingCount count(1h);
    count.add(10, noon);
    BOOST_TEST((count.next_free(1, 10, noon - 10h) == noon + 61min));
}

BOOST_AUTO_TEST_CASE(next_free_holds_for_random_histories) {
    std::mt19937 random(20261123);
    for (int round = 0; round < 20'000; ++round) {
        SlidingCount count(1min);
        Time now = noon;
        for (int i = 0; i < 20; ++i) {
            count.add(random() % 20, now);
            now += std::chrono::milliseconds{random() % 9000};
        }
        const std::int64_t cost = 1 + random() % 100;
        const auto free = count.next_free(cost, 100, now);
        BOOST_REQUIRE(free.has_value());
        BOOST_REQUIRE(count.used(*free) + cost <= 100);
        if (*free != now) BOOST_REQUIRE(count.used(*free - 1ms) + cost > 100);
    }
}

BOOST_AUTO_TEST_CASE(a_count_expires_when_its_newest_slice_has_left) {
    SlidingCount count(1h);
    count.add(1, noon);
    count.add(1, noon + 5min);
    BOOST_TEST((count.expires() == noon + 66min));
    BOOST_TEST(count.used(count.expires() - 1ms) == 1);
    BOOST_TEST(count.used(count.expires()) == 0);
}

BOOST_AUTO_TEST_CASE(the_oldest_slice_tells_when_something_leaves) {
    SlidingCount count(1h);
    BOOST_TEST(!count.frees(noon).has_value());
    count.add(1, noon);
    count.add(1, noon + 5min);
    BOOST_TEST((count.frees(noon + 5min) == noon + 61min));
    BOOST_TEST((count.frees(noon + 61min) == noon + 66min));
    BOOST_TEST(!count.frees(noon + 66min).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_taken_back_leaves_the_slice_it_was_counted_in) {
    SlidingCount count(1h);
    const InSlice early{60'000, count.newest_slice(noon), 3};
    count.apply(early);
    count.add(4, noon + 10min);
    count.take_back(early, noon + 10min);
    BOOST_TEST(count.used(noon + 10min) == 4);
    count.take_back(early, noon + 10min);
    BOOST_TEST(count.used(noon + 10min) == 4);
    BOOST_TEST((count.frees(noon + 10min) == noon + 71min));
}

BOOST_AUTO_TEST_CASE(only_slices_that_hold_something_are_kept) {
    SlidingCount count(1h);
    for (int i = 0; i < 1000; ++i) {
        count.add(1, noon + i * 20min);
        BOOST_TEST(count.state().held.size() <= 4u);
    }
}

BOOST_AUTO_TEST_CASE(endless_costs_do_not_overflow) {
    SlidingCount count(1h);
    for (int i = 0; i < 5000; ++i) count.add(most_countable, noon + i * 1s);
    BOOST_TEST(count.used(noon + 5000s) > 0);
}

BOOST_AUTO_TEST_CASE(a_count_goes_on_from_its_state) {
    SlidingCount count(1h);
    count.add(1, noon);
    count.add(2, noon + 10min);
    const SlidingCount again(count.state());
    BOOST_TEST(again.used(noon + 10min) == 3);
    BOOST_TEST(again.used(noon + 61min) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
