#include "policy/window.h"

#include <boost/test/unit_test.hpp>

using namespace spillway;
using namespace std::chrono_literals;

namespace {

limits::Time at(const date::time_zone& zone, date::local_days day, std::chrono::minutes of_day,
                date::choose which = date::choose::earliest) {
    return zone.to_sys(date::local_time<std::chrono::minutes>{day} + of_day, which);
}

policy::Window window(const char* zone, std::initializer_list<policy::Span> spans) {
    return {"w", spans, date::locate_zone(zone)};
}

constexpr std::bitset<7> sunday{1}, saturday{64}, all_days{127};

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_window)

BOOST_AUTO_TEST_CASE(a_span_includes_its_start_and_not_its_end) {
    const auto w = window("UTC", {{all_days, 60min, 480min}});
    const auto& zone = *w.zone;
    const date::local_days day{date::year{2026} / 11 / 23};
    BOOST_TEST(!w.holds(at(zone, day, 59min)));
    BOOST_TEST(w.holds(at(zone, day, 60min)));
    BOOST_TEST(w.holds(at(zone, day, 479min)));
    BOOST_TEST(!w.holds(at(zone, day, 480min)));
}

BOOST_AUTO_TEST_CASE(a_span_over_midnight_belongs_to_the_day_it_began_on) {
    const auto w = window("UTC", {{saturday, 22h, 2h}});
    const auto& zone = *w.zone;
    const date::local_days sat{date::year{2026} / 11 / 21};
    BOOST_TEST(w.holds(at(zone, sat, 23h)));
    BOOST_TEST(w.holds(at(zone, sat + date::days{1}, 1h)));
    BOOST_TEST(!w.holds(at(zone, sat, 1h)));
    BOOST_TEST(!w.holds(at(zone, sat + date::days{1}, 23h)));
}

BOOST_AUTO_TEST_CASE(local_hours_stay_through_daylight_saving_changes) {
    const auto w = window("Pacific/Auckland", {{all_days, 60min, 480min}});
    const auto& zone = *w.zone;
    // Clocks go forward on 2026-09-27 and back on 2026-04-05 in New Zealand.
    for (const date::local_days day : {date::local_days{date::year{2026} / 9 / 27},
                                       date::local_days{date::year{2026} / 4 / 5}}) {
        BOOST_TEST(!w.holds(at(zone, day, 30min)));
        BOOST_TEST(w.holds(at(zone, day, 90min)));
        BOOST_TEST(w.holds(at(zone, day, 479min)));
        BOOST_TEST(!w.holds(at(zone, day, 481min)));
    }
    // 02:30 happens twice when clocks go back: both are in the window.
    const date::local_days back{date::year{2026} / 4 / 5};
    BOOST_TEST(w.holds(at(zone, back, 150min, date::choose::earliest)));
    BOOST_TEST(w.holds(at(zone, back, 150min, date::choose::latest)));
}

BOOST_AUTO_TEST_CASE(a_whole_day_is_from_midnight_to_midnight_there) {
    const auto w = window("Pacific/Auckland", {{sunday, 0min, 24h}});
    const auto& zone = *w.zone;
    const date::local_days sun{date::year{2026} / 11 / 22};
    BOOST_TEST(!w.holds(at(zone, sun, 0min) - 1ms));
    BOOST_TEST(w.holds(at(zone, sun, 0min)));
    BOOST_TEST(w.holds(at(zone, sun, 1439min)));
    BOOST_TEST(!w.holds(at(zone, sun + date::days{1}, 0min)));
}

BOOST_AUTO_TEST_CASE(times_are_told_in_the_operators_zone) {
    const auto& zone = *date::locate_zone("Pacific/Auckland");
    BOOST_TEST(policy::local_time(date::sys_days{date::year{2026} / 11 / 23} + 67min, zone) ==
               "2026-11-23 14:07 NZDT");
}

BOOST_AUTO_TEST_SUITE_END()
