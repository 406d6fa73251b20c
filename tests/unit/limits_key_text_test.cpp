// How much of what a customer writes gets into a key.
#include "limits/key_text.h"

#include <boost/test/unit_test.hpp>

#include "limits/memory_counters.h"
#include "limits/merged.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;
using namespace std::chrono_literals;

namespace {

Charge for_value(const std::string& value) {
    Charge charge = hourly("hourly:user:" + value, 1);
    charge.account = value;
    return charge;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_text)

BOOST_AUTO_TEST_CASE(ordinary_values_stay_as_they_are) {
    for (const std::string& value : {std::string(), std::string("ann@a.example"),
                                     std::string("2001:db8::1"), std::string(longest_value, 'x')}) {
        BOOST_TEST(bounded(value) == value);
        BOOST_TEST(bounded_key("hourly:user:" + value) == "hourly:user:" + value);
    }
    for (const char* key : {"", "hourly", "hourly:", "hourly:user", "hourly:user:"})
        BOOST_TEST(bounded_key(key) == key);
}

BOOST_AUTO_TEST_CASE(long_values_keep_their_beginning_and_their_difference) {
    const std::string long_value(100'000, 'x');
    const std::string kept = bounded(long_value + "1");
    BOOST_TEST(kept.size() == longest_value);
    BOOST_TEST(kept.find('-') == 167u);
    BOOST_TEST(kept != bounded(long_value + "2"));
    BOOST_TEST(kept == bounded(long_value + "1"));
    BOOST_TEST(bounded(kept) == kept);
    BOOST_TEST(bounded_key("hourly:user:" + long_value + "1") == "hourly:user:" + kept);
}

BOOST_AUTO_TEST_CASE(no_character_is_cut_in_two) {
    for (int shift = 0; shift < 4; ++shift) {
        std::string value(static_cast<std::size_t>(shift), 'x');
        for (int i = 0; i < 100; ++i) value += "\xF0\x9F\x8C\x8A";
        const std::string kept = bounded(value);
        const std::size_t dash = kept.rfind('-');
        BOOST_TEST((dash - static_cast<std::size_t>(shift)) % 4 == 0u);
        BOOST_TEST(kept.size() <= longest_value);
        BOOST_TEST(kept.size() > longest_value - 4);
    }
}

BOOST_AUTO_TEST_CASE(both_stores_are_asked_for_short_keys_only) {
    const std::string value(5000, 'x');
    const Merged asked = merged({for_value(value), for_value(bounded(value))});
    BOOST_REQUIRE(asked.charges.size() == 1u);
    BOOST_TEST(asked.charges[0].key == "hourly:user:" + bounded(value));
    BOOST_TEST(asked.charges[0].account == bounded(value));
    BOOST_TEST(asked.charges[0].cost == 2);
}

BOOST_AUTO_TEST_CASE(a_long_value_is_listed_and_forgotten_by_either_text) {
    const std::string value(5000, 'x');
    for (const std::string& asked : {value, bounded(value)}) {
        MemoryCounters counters;
        charge(counters, {for_value(value)}, noon);
        BOOST_TEST(counters.list("hourly:user:" + asked, 10, noon).at(0).key ==
                   "hourly:user:" + bounded(value));
        BOOST_TEST(counters.reset("hourly:user:" + asked));
    }
}

BOOST_AUTO_TEST_SUITE_END()
