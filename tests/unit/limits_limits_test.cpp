#include "limits/limits.h"

#include <boost/test/unit_test.hpp>

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

Charge charge_of(std::string key, std::int64_t cost, std::int64_t most) {
    return Charge{"hourly", std::move(key), "acct", cost, Rate{most, 1h}, WhenUnavailable::local};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits_values)

BOOST_AUTO_TEST_CASE(all_granted_means_each_one) {
    BOOST_TEST(all_granted({}));
    BOOST_TEST(all_granted({Granted{1}, Granted{2}}));
    BOOST_TEST(!all_granted({Granted{1}, Exceeded{2, {}}}));
    BOOST_TEST(!all_granted({Unavailable{"silent"}, Granted{1}}));
}

BOOST_AUTO_TEST_CASE(charges_of_one_key_become_their_sum_under_the_lowest_limit) {
    const Merged asked =
        merged({charge_of("a", 2, 10), charge_of("b", 1, 5), charge_of("a", 3, 8)});
    BOOST_REQUIRE(asked.charges.size() == 2u);
    BOOST_TEST(asked.charges[0].cost == 5);
    BOOST_TEST(asked.charges[0].rate.count == 8);
    const Answers answers = asked.spread({Granted{5}, Exceeded{5, {}}});
    BOOST_REQUIRE(answers.size() == 3u);
    BOOST_TEST(std::holds_alternative<Granted>(answers[0]));
    BOOST_TEST(std::holds_alternative<Exceeded>(answers[1]));
    BOOST_TEST(std::get<Granted>(answers[2]).used == 5);
}

BOOST_AUTO_TEST_CASE(amounts_are_brought_into_what_can_be_counted) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    const Merged asked =
        merged({charge_of("a", most, most), charge_of("a", most, 5), charge_of("b", -7, -1)});
    BOOST_TEST(asked.charges[0].cost == most_countable);
    BOOST_TEST(asked.charges[0].rate.count == 5);
    BOOST_TEST(asked.charges[1].cost == 0);
    BOOST_TEST(asked.charges[1].rate.count == 0);
}

BOOST_AUTO_TEST_SUITE_END()
