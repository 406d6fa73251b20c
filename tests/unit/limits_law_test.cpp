// Random histories: the counters against the exact log, and against the promises that operators
// sell.
#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>

#include <fmt/format.h>

#include "effort.h"
#include "limits/memory_counters.h"
#include "unit/limits_asking.h"
#include "unit/limits_exact_log.h"

using namespace spillway::limits;

namespace {

using Random = std::mt19937;

// Days of 24 hours but for two a year, in March and October.
class Days {
  public:
    Days() {
        Time start = noon - 400 * 24h;
        for (int day = 0; day < 4000; ++day) {
            starts_.push_back(start);
            start += day % 365 == 83 ? 23h : day % 365 == 300 ? 25h : 24h;
        }
    }
    // As a machine with this time asks.
    Calendar around(Time now, std::int64_t most) const {
        const std::size_t day = number(now);
        return {{starts_[day - 1], starts_[day], starts_[day + 1], starts_[day + 2]},
                {most, most, most}};
    }
    std::size_t number(Time now) const {
        return static_cast<std::size_t>(std::ranges::upper_bound(starts_, now) - starts_.begin()) -
               1;
    }

  private:
    std::vector<Time> starts_;
};

const Days days;

// A clock that runs, jumps ahead, and is set back by up to an hour behind where it has been: as
// long as counts are kept beyond their window.
class UnsteadyClock {
  public:
    Time tick(Random& random, int usual_ms) {
        now_ += std::chrono::milliseconds{random() % usual_ms};
        if (random() % 5000 == 0) now_ += std::chrono::milliseconds{random() % 90'000'000};
        latest_ = std::max(latest_, now_);
        if (random() % 500 == 0)
            now_ = std::max(now_ - std::chrono::milliseconds{random() % 3'600'000}, latest_ - 1h);
        return now_;
    }

  private:
    Time now_ = noon;
    Time latest_ = noon;
};

Charge any_charge(Random& random, unsigned key, Time now) {
    Charge charge = hourly(fmt::format("limit{}:user:{}", key % 6, key), random() % 12, 60);
    if (random() % 8 == 0) charge.cost = 20 + random() % 50;
    const Time asking = now + std::chrono::milliseconds{random() % 600'000} - 5min;
    switch (key % 6) {
        case 0:
            charge.rate = Sliding{60, random() % 300 ? 1h : 90min};
            break;
        case 1:
            charge.rate = days.around(asking, 100);
            break;
        case 2:
            charge.rate = Pacing{12, std::chrono::microseconds{7'654'321}};
            break;
        case 3:
            charge.rate = Sliding{12, 20min};
            break;
        case 4:
            charge.rate = days.around(asking, 25);
            break;
        default:
            charge.rate = Sliding{std::int64_t{30} << random() % 2, 61'001ms};
            break;
    }
    if (key % 6 == 3 || key % 6 == 4)
        for (unsigned i = 0, count = 1 + random() % 4; i < count; ++i) {
            std::string member = std::to_string(random() % 60);
            if (std::ranges::find(charge.members, member) == charge.members.end())
                charge.members.push_back(std::move(member));
        }
    charge.levels = {50, 80, 100};
    charge.plans = {fmt::format("plan{}:a:b", key % 4), "plan9:a:b"};
    return charge;
}

bool equal(const Answer& a, const Answer& b) {
    if (a.index() != b.index()) return false;
    if (const auto* granted = std::get_if<Granted>(&a)) {
        const auto& other = std::get<Granted>(b);
        return granted->used == other.used && granted->max == other.max &&
               granted->plan == other.plan && granted->crossed == other.crossed;
    }
    const auto& mine = std::get<Exceeded>(a);
    const auto& other = std::get<Exceeded>(b);
    return mine.used == other.used && mine.max == other.max && mine.plan == other.plan &&
           mine.crossed == other.crossed;
}

std::string text_of(const Answer& answer) {
    const auto about = [](const char* what, const auto& one) {
        return fmt::format("{} {} of {} ({}), {} levels", what, one.used, one.max, one.plan,
                           one.crossed.size());
    };
    if (const auto* granted = std::get_if<Granted>(&answer)) return about("granted", *granted);
    if (const auto* exceeded = std::get_if<Exceeded>(&answer)) return about("exceeded", *exceeded);
    return "something else";
}

// Room there is at next_free, and none a millisecond before.
void require_room(const ExactLog& log, const Charge& charge, const Answer& answer, Time now) {
    const auto* exceeded = std::get_if<Exceeded>(&answer);
    if (exceeded == nullptr || !exceeded->next_free) return;
    // Of a calendar only what a caller of that time asks for tells.
    if (std::holds_alternative<Calendar>(charge.rate)) return;
    BOOST_REQUIRE(log.fits(charge, *exceeded->next_free));
    if (*exceeded->next_free > now)
        BOOST_REQUIRE_MESSAGE(
            !log.fits(charge, *exceeded->next_free - 1ms),
            charge.key << ", " << text_of(answer) << " " << (*exceeded->next_free - now).count());
}

void change_a_plan(Random& random, MemoryCounters& counters, ExactLog& log) {
    const std::string name = fmt::format("plan{}:a:b", random() % 10);
    switch (random() % 4) {
        case 0:
            counters.set_plan({"acct", name, unlimited});
            log.set_plan(name, unlimited);
            break;
        case 1: {
            const std::int64_t max = random() % 80;
            counters.set_plan({"acct", name, max});
            log.set_plan(name, max);
            break;
        }
        default:
            counters.unset_plan({"acct", name});
            log.unset_plan(name);
    }
}

struct OpenCall {
    Receipt receipt;
    int number = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(law)

BOOST_AUTO_TEST_CASE(random_histories_of_all_kinds_agree_with_an_exact_log) {
    Random random(20261123);
    MemoryCounters counters;
    ExactLog log;
    std::deque<OpenCall> open;
    UnsteadyClock clock;
    Time now = noon;
    int granted_calls = 0;
    int back = 0;
    const int events = rounds(500'000);
    for (int number = 1; number <= events; ++number) {
        const Time before = std::exchange(now, clock.tick(random, 40'000));
        if (now > before + 1h) {  // receipts are not kept over a jump of hours
            for (const OpenCall& call : open) counters.settle(call.receipt, true, now);
            open.clear();
        }
        if (random() % 200 == 0) change_a_plan(random, counters, log);
        if (open.size() > 8 || (random() % 3 == 0 && !open.empty())) {
            const bool left = random() % 2 == 0;
            counters.settle(open.front().receipt, left, now);
            if (!left) log.take_back(open.front().number, now);
            back += !left;
            open.pop_front();
        }
        std::vector<Charge> charges;
        const unsigned first = random() % 12;
        for (unsigned i = 0; i < 1 + random() % 3; ++i)
            charges.push_back(any_charge(random, (first + i) % 12, now));
        const Outcome outcome = counters.charge(call_of(charges, std::to_string(number)), now);
        for (std::size_t i = 0; i < charges.size(); ++i)
            require_room(log, charges[i], outcome.answers[i], now);
        const Answers expected = log.charge(charges, now, number);
        for (std::size_t i = 0; i < charges.size(); ++i)
            BOOST_REQUIRE_MESSAGE(equal(outcome.answers[i], expected[i]),
                                  "event " << number << ", " << charges[i].key << ": "
                                           << text_of(outcome.answers[i]) << ", not "
                                           << text_of(expected[i]));
        granted_calls += all_granted(expected);
        if (!outcome.receipt.token.empty()) open.push_back({outcome.receipt, number});
    }
    BOOST_TEST(granted_calls > events / 5);
    BOOST_TEST(granted_calls < events / 5 * 4);
    BOOST_TEST(back > events / 10);
}

// The promises below are made by the clock, not by slices. What was taken back is not counted.
BOOST_AUTO_TEST_CASE(no_span_of_an_hour_ever_holds_more_than_the_limit) {
    Random random(2);
    MemoryCounters counters;
    std::vector<std::pair<Time, std::int64_t>> kept;
    Time now = noon;
    for (int i = 0; i < 400'000; ++i) {
        now += std::chrono::milliseconds{random() % 8'000};
        const Charge charge = hourly("hourly:domain:x", 1 + random() % 5, 500);
        const Outcome outcome = counters.charge(call_of({charge}, std::to_string(i)), now);
        if (!all_granted(outcome.answers)) continue;
        const bool left = random() % 8 != 0;
        counters.settle(outcome.receipt, left, now + 2s);
        if (left) kept.emplace_back(now, charge.cost);
    }
    BOOST_TEST(kept.size() > 50'000u);
    std::int64_t in_span = 0;
    std::size_t oldest = 0;
    for (const auto& [time, cost] : kept) {
        in_span += cost;
        while (kept[oldest].first <= time - 1h) in_span -= kept[oldest++].second;
        BOOST_REQUIRE(in_span <= 500);
    }
}

BOOST_AUTO_TEST_CASE(no_day_ever_holds_more_than_its_limit_whatever_machine_asks) {
    Random random(3);
    MemoryCounters counters;
    std::map<std::size_t, std::int64_t> in_day;
    Time now = noon;
    for (int i = 0; i < 300'000; ++i) {
        now += std::chrono::milliseconds{random() % 400'000};
        const Time asking = now + std::chrono::milliseconds{random() % 7'200'000} - 1h;
        const Charge charge =
            with_rate("daily:domain:x", 1 + random() % 5, days.around(asking, 500));
        const Outcome outcome = counters.charge(call_of({charge}, std::to_string(i)), now);
        if (!all_granted(outcome.answers)) continue;
        const bool left = random() % 8 != 0;
        counters.settle(outcome.receipt, left, now);
        if (left) BOOST_REQUIRE((in_day[days.number(now)] += charge.cost) <= 500);
    }
    BOOST_TEST(in_day.size() > 600u);
    std::int64_t full = 0;
    for (const auto& [day, count] : in_day) full += count >= 496;
    BOOST_TEST(full > 600);
}

BOOST_AUTO_TEST_CASE(no_time_ever_holds_more_than_a_burst_and_one_each_interval) {
    Random random(4);
    MemoryCounters counters;
    const Pacing pace{20, std::chrono::microseconds{1'234'567}};
    std::vector<std::pair<std::int64_t, std::int64_t>> sent;  // µs, cost
    Time now = noon;
    for (int i = 0; i < 400'000; ++i) {
        now += std::chrono::milliseconds{random() % 2000 * (random() % 50 == 0 ? 30 : 1)};
        const Charge charge = with_rate("pace:domain:x", 1 + random() % 3, pace);
        if (granted(counters, charge, now))
            sent.emplace_back(now.time_since_epoch().count() * 1000, charge.cost);
    }
    BOOST_TEST(sent.size() > 100'000u);
    // The bucket: what is in it, were it filled from any moment on.
    std::int64_t level_us = 0;
    std::int64_t before = sent.front().first;
    for (const auto& [us, cost] : sent) {
        level_us =
            std::max<std::int64_t>(0, level_us - (us - before)) + cost * pace.interval.count();
        before = us;
        BOOST_REQUIRE(level_us <= pace.burst * pace.interval.count());
    }
}

BOOST_AUTO_TEST_CASE(no_span_ever_reaches_more_people_than_the_limit) {
    Random random(5);
    MemoryCounters counters;
    std::vector<std::pair<Time, std::vector<std::string>>> kept;
    Time now = noon;
    for (int i = 0; i < 300'000; ++i) {
        if (random() % 4 != 0) now += std::chrono::milliseconds{random() % 20'000};
        std::vector<std::string> people;
        for (unsigned n = 0; n < 1 + random() % 5; ++n)
            people.push_back(std::to_string(random() % 400));
        const Charge charge = of_members(hourly("reach:domain:x", 1, 100), people);
        const Outcome outcome = counters.charge(call_of({charge}, std::to_string(i)), now);
        if (!all_granted(outcome.answers)) continue;
        const bool left = random() % 8 != 0;
        counters.settle(outcome.receipt, left, now);
        if (left) kept.emplace_back(now, charge.members);
    }
    BOOST_TEST(kept.size() > 30'000u);
    std::map<std::string, int> in_span;
    std::size_t oldest = 0;
    for (const auto& [time, people] : kept) {
        for (const std::string& one : people) ++in_span[one];
        for (; kept[oldest].first <= time - 1h; ++oldest)
            for (const std::string& one : kept[oldest].second)
                if (--in_span[one] == 0) in_span.erase(one);
        BOOST_REQUIRE(in_span.size() <= 100u);
    }
}

BOOST_AUTO_TEST_CASE(a_level_is_told_once_a_window_at_most_and_whenever_it_is_crossed) {
    Random random(6);
    MemoryCounters counters;
    std::map<std::pair<std::string, int>, Time> last;
    UnsteadyClock clock;
    int told = 0;
    for (int i = 0; i < 300'000; ++i) {
        const Time now = clock.tick(random, 120'000);
        Charge charge = hourly(fmt::format("hourly:user:{}", random() % 4), random() % 9, 100);
        if (random() % 2)
            charge = with_rate(fmt::format("daily:user:{}", random() % 4), random() % 30,
                               days.around(now, 1000));
        charge.levels = {50, 80, 100};
        const Answer answer = counters.charge(call_of({charge}), now).answers[0];
        const auto* granted = std::get_if<Granted>(&answer);
        for (const int level : granted ? granted->crossed : std::get<Exceeded>(answer).crossed) {
            const auto before = last.find({charge.key, level});
            if (before != last.end()) {
                if (std::holds_alternative<Sliding>(charge.rate))
                    BOOST_REQUIRE(now - before->second >= 1h);
                else
                    BOOST_REQUIRE(days.number(now) > days.number(before->second));
            }
            last[{charge.key, level}] = now;
            ++told;
        }
    }
    BOOST_TEST(told > 5'000);
}

BOOST_AUTO_TEST_SUITE_END()
