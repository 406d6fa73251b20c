#include "limits/merged.h"

#include <boost/test/unit_test.hpp>

#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

std::int64_t count_of(const Charge& charge) { return std::get<Sliding>(charge.rate).count; }

}  // namespace

BOOST_AUTO_TEST_SUITE(limits_merged)

BOOST_AUTO_TEST_CASE(charges_of_one_key_become_their_sum_under_the_lowest_limit) {
    const Merged asked = merged({hourly("a", 2, 10), hourly("b", 1, 5), hourly("a", 3, 8)});
    BOOST_REQUIRE(asked.charges.size() == 2u);
    BOOST_TEST(asked.charges[0].cost == 5);
    BOOST_TEST(count_of(asked.charges[0]) == 8);
    const Answers answers = asked.spread({Granted{5}, Exceeded{5, {}}});
    BOOST_REQUIRE(answers.size() == 3u);
    BOOST_TEST(std::holds_alternative<Granted>(answers[0]));
    BOOST_TEST(std::holds_alternative<Exceeded>(answers[1]));
    BOOST_TEST(std::get<Granted>(answers[2]).used == 5);
}

BOOST_AUTO_TEST_CASE(lower_maxima_are_looked_for_in_rates_of_one_kind_only) {
    const Calendar high{{noon, noon + 1h, noon + 2h, noon + 3h}, {5, 6, 7}};
    const Calendar low{high.bounds, {9, 1, 9}};
    const Merged calendars = merged({with_rate("a", 1, high), with_rate("a", 1, low)});
    BOOST_TEST((std::get<Calendar>(calendars.charges[0].rate).counts ==
                std::array<std::int64_t, 3>{5, 1, 7}));
    const Merged paces =
        merged({with_rate("a", 1, Pacing{9, 1s}), with_rate("a", 1, Pacing{3, 1s})});
    BOOST_TEST(std::get<Pacing>(paces.charges[0].rate).burst == 3);
    const Merged mixed = merged({hourly("a", 1, 10), with_rate("a", 1, Pacing{3, 1s})});
    BOOST_TEST(count_of(mixed.charges[0]) == 10);
}

BOOST_AUTO_TEST_CASE(amounts_are_brought_into_what_can_be_counted) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const Merged asked = merged({hourly("a", most, most - 1), hourly("a", most, 5),
                                 hourly("b", -7, -1), hourly("c", 1, unlimited)});
    BOOST_TEST(asked.charges[0].cost == most_countable);
    BOOST_TEST(count_of(asked.charges[0]) == 5);
    BOOST_TEST(asked.charges[1].cost == 0);
    BOOST_TEST(count_of(asked.charges[1]) == 0);
    BOOST_TEST(count_of(asked.charges[2]) == unlimited);
}

BOOST_AUTO_TEST_CASE(no_pace_is_too_large_to_be_counted) {
    const Merged asked = merged({with_rate("a", 1, Pacing{most_countable, 24h * 10'000}),
                                 with_rate("b", 1, Pacing{-5, -1s})});
    const auto slow = std::get<Pacing>(asked.charges[0].rate);
    BOOST_TEST(slow.interval.count() * slow.burst <= longest_burst.count());
    const auto odd = std::get<Pacing>(asked.charges[1].rate);
    BOOST_TEST(odd.burst == 1);
    BOOST_TEST(odd.interval.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_member_asked_twice_is_asked_once) {
    const Merged asked = merged(
        {of_members(hourly("a", 1), {"x", "y", "x"}), of_members(hourly("a", 1), {"z", "y"})});
    BOOST_REQUIRE(asked.charges.size() == 1u);
    BOOST_TEST(asked.charges[0].members == (std::vector<std::string>{"x", "y", "z"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(receipts_belong_to_the_first_charge_or_sender) {
    Call call;
    BOOST_TEST(owner_of(call) == "");
    call.senders.push_back({.account = "sender", .whom = Whom::user, .who = "ann"});
    BOOST_TEST(owner_of(call) == "sender");
    call.charges.push_back(hourly("a", 1));
    BOOST_TEST(owner_of(call) == "acct");
}

BOOST_AUTO_TEST_SUITE_END()
