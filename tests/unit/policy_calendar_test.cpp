// Periods against another implementation of time zones: that of the C library, minute by minute.
#include "policy/calendar.h"

#include <cstdlib>
#include <ctime>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

using namespace spillway;
using namespace spillway::policy;
using namespace std::chrono_literals;

namespace {

using limits::Calendar;
using limits::Time;

// The C library's clock in a zone while this lives.
class InZone {
  public:
    explicit InZone(const std::string& zone) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        ::setenv("TZ", zone.c_str(), 1);
        ::tzset();
    }
    ~InZone() {
        before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
        ::tzset();
    }
    InZone(const InZone&) = delete;
    InZone& operator=(const InZone&) = delete;

  private:
    std::optional<std::string> before_;
};

std::int64_t number_of(Period period, std::time_t time) {
    std::tm local{};
    ::localtime_r(&time, &local);
    const std::int64_t months = local.tm_year * 12 + local.tm_mon;
    if (period == Period::month) return months;
    local.tm_isdst = 0;
    const std::time_t as_utc = ::timegm(&local);
    const std::int64_t days = as_utc / 86400;
    return period == Period::day ? days : (days + 3) / 7;  // 1970-01-01 was a Thursday
}

// When each period of a year began: as soon as the clock showed one that it had never shown.
std::vector<Time> beginnings(Period period, int year) {
    const Time from = date::sys_days{date::year{year} / 1 / 1};
    std::vector<Time> begins;
    std::int64_t newest = -1;
    for (Time t = from; t < from + 24h * 365; t += 1min) {
        const auto number = number_of(period, std::chrono::system_clock::to_time_t(t));
        if (number <= newest) continue;
        if (newest >= 0) begins.push_back(t);
        newest = number;
    }
    return begins;
}

Calendar around(Period period, const date::time_zone& zone, Time now) {
    return std::get<Calendar>(rate_at(PerPeriod{100, period}, zone, now));
}

// As a store does: the period its clock is in.
std::pair<Time, Time> period_at(const Calendar& calendar, Time now) {
    std::size_t i = 0;
    while (i < 2 && now >= calendar.bounds[i + 1]) ++i;
    return {calendar.bounds[i], calendar.bounds[i + 1]};
}

void hold_against_the_c_library(Period period, const std::string& zone_name, int year) {
    const InZone in_zone(zone_name);
    const date::time_zone& zone = *date::locate_zone(zone_name);
    const std::vector<Time> begins = beginnings(period, year);
    BOOST_TEST_REQUIRE(begins.size() >= 11U);
    int wrong = 0;
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
        const auto expected = std::pair(begins[i], begins[i + 1]);
        std::vector<Time> moments{begins[i], begins[i] + 1ms, begins[i + 1] - 1ms};
        for (Time t = begins[i]; t < begins[i + 1]; t += 41min) moments.push_back(t);
        for (const Time now : moments)
            wrong += period_at(around(period, zone, now), now) != expected;
    }
    BOOST_TEST(wrong == 0, fmt::format("{} {} {}: {}", name_of(period), zone_name, year, wrong));
}

Time at(const date::time_zone& zone, date::local_days day, std::chrono::minutes of_day) {
    return zone.to_sys(date::local_time<std::chrono::minutes>{day} + of_day,
                       date::choose::earliest);
}

std::int64_t middle(const limits::Rate& rate) { return std::get<Calendar>(rate).counts[1]; }

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_calendar)

BOOST_AUTO_TEST_CASE(days_weeks_and_months_begin_when_the_wall_clock_first_shows_them) {
    struct Case {
        const char* zone;
        int year;
    };
    constexpr Case cases[] = {
        {"Europe/Berlin", 2026},       {"Pacific/Auckland", 2026},
        {"Asia/Kolkata", 2026},         // half an hour off
        {"Australia/Lord_Howe", 2026},  // daylight saving of half an hour
        {"America/Sao_Paulo", 2018},    // a midnight is skipped, and one comes twice
        {"Pacific/Apia", 2011},         // 30 December is skipped
    };
    for (const auto& [zone, year] : cases)
        for (const Period period : {Period::day, Period::week, Period::month})
            hold_against_the_c_library(period, zone, year);
}

BOOST_AUTO_TEST_CASE(days_of_23_and_25_hours) {
    const date::time_zone& zone = *date::locate_zone("Europe/Berlin");
    const auto hours_of = [&](date::local_days day) {
        const Calendar calendar = around(Period::day, zone, at(zone, day, 12h));
        return std::chrono::duration_cast<std::chrono::hours>(calendar.bounds[2] -
                                                              calendar.bounds[1])
            .count();
    };
    BOOST_TEST(hours_of(date::local_days{date::year{2026} / 3 / 29}) == 23);
    BOOST_TEST(hours_of(date::local_days{date::year{2026} / 10 / 25}) == 25);
    BOOST_TEST(hours_of(date::local_days{date::year{2026} / 10 / 26}) == 24);
}

BOOST_AUTO_TEST_CASE(hours_last_an_hour_and_begin_as_the_zone_says) {
    for (const char* name : {"Asia/Kolkata", "Australia/Lord_Howe", "Europe/Berlin"}) {
        const date::time_zone& zone = *date::locate_zone(name);
        const Time from = date::sys_days{date::year{2026} / 1 / 1};
        for (Time now = from; now < from + 24h * 365; now += 13min) {
            const Calendar hours = around(Period::hour, zone, now);
            if (now < hours.bounds[1] || now >= hours.bounds[2]) BOOST_FAIL("not in its hour");
            for (std::size_t i = 0; i < 3; ++i)
                if (hours.bounds[i + 1] - hours.bounds[i] != 1h) BOOST_FAIL("not an hour");
        }
    }
    const Time half_past{date::sys_days{date::year{2026} / 5 / 1} + 6h + 30min};
    const date::time_zone& kolkata = *date::locate_zone("Asia/Kolkata");
    BOOST_TEST((around(Period::hour, kolkata, half_past + 5min).bounds[1] == half_past));
}

BOOST_AUTO_TEST_CASE(the_hour_that_comes_twice_is_two_hours) {
    const date::time_zone& zone = *date::locate_zone("Europe/Berlin");
    const Time back = date::sys_days{date::year{2026} / 10 / 25} + 1h;  // 03:00 becomes 02:00
    BOOST_TEST((around(Period::hour, zone, back - 1min).bounds[1] == back - 1h));
    BOOST_TEST((around(Period::hour, zone, back + 1min).bounds[1] == back));
}

BOOST_AUTO_TEST_CASE(a_ladder_climbs_at_midnight_there) {
    const date::time_zone& zone = *date::locate_zone("Pacific/Auckland");
    const date::local_days first{date::year{2026} / 11 / 23};
    const Ladder ladder{{50, 100, limits::unlimited}, first};
    const auto on = [&](int day, std::chrono::minutes of_day = 12h) {
        return middle(rate_at(ladder, zone, at(zone, first + date::days{day}, of_day)));
    };
    BOOST_TEST(on(-30) == 50);
    BOOST_TEST(on(0, 0min) == 50);
    BOOST_TEST(on(0, 24h - 1min) == 50);
    BOOST_TEST(on(1, 0min) == 100);
    BOOST_TEST(on(2) == limits::unlimited);
    BOOST_TEST(on(1000) == limits::unlimited);
    const auto counts =
        std::get<Calendar>(rate_at(ladder, zone, at(zone, first + date::days{1}, 1h))).counts;
    BOOST_TEST((counts == std::array<std::int64_t, 3>{50, 100, limits::unlimited}));
}

BOOST_AUTO_TEST_CASE(what_is_held_at_once_has_no_rate) {
    BOOST_CHECK_THROW(rate_at(AtOnce{3}, *date::locate_zone("UTC"), Time{}), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
