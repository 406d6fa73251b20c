// Random histories of all kinds of limits, of which memory, Redis and an exact log must say the
// same.

#include <deque>
#include <random>

#include "effort.h"
#include "stores.h"
#include "unit/limits_exact_log.h"

using namespace spillway;
using namespace spillway::store;

namespace {

using Random = std::mt19937;

// Days of 24 hours but for some of 23 and 25, as a machine with this time asks.
limits::Calendar day_around(Time now, std::int64_t most) {
    const auto start = [](std::int64_t day) {
        const auto shift = day % 14 == 3 ? 1h : 0h;
        return noon + day * 24h - shift;
    };
    std::int64_t day = (now - noon) / 24h;
    while (start(day) > now) --day;
    while (start(day + 1) <= now) ++day;
    return {{start(day - 1), start(day), start(day + 1), start(day + 2)},
            {most, most + day % 3, most}};
}

class UnsteadyClock {
  public:
    Time tick(Random& random) {
        now_ += std::chrono::milliseconds{random() % 40'000};
        if (random() % 2000 == 0) now_ += std::chrono::milliseconds{random() % 90'000'000};
        latest_ = std::max(latest_, now_);
        if (random() % 300 == 0)
            now_ = std::max(now_ - std::chrono::milliseconds{random() % 3'600'000}, latest_ - 1h);
        return now_;
    }

  private:
    Time now_ = noon;
    Time latest_ = noon;
};

std::vector<std::string> some_members(Random& random) {
    std::vector<std::string> members;
    for (unsigned i = 0, count = 1 + random() % 4; i < count; ++i)
        members.push_back(std::to_string(random() % 60));
    return members;
}

Charge any_charge(Random& random, unsigned key, Time now, bool is_odd) {
    Charge charge = limits::hourly(fmt::format("limit{}:user:{}", key % 6, key), random() % 12, 60);
    if (random() % 8 == 0) charge.cost = 20 + random() % 50;
    const Time asking = now + std::chrono::milliseconds{random() % 600'000} - 5min;
    switch (key % 6) {
        case 0:
            charge.rate = limits::Sliding{60, 1h};
            break;
        case 1:
            charge.rate = day_around(asking, 100);
            break;
        case 2:
            charge.rate = limits::Pacing{12, std::chrono::microseconds{7'654'321}};
            break;
        case 3:
            charge.rate = limits::Sliding{12, 20min};
            charge.members = some_members(random);
            break;
        case 4:
            charge.rate = day_around(asking, 25);
            charge.members = some_members(random);
            break;
        default:
            charge.rate = limits::Sliding{std::int64_t{30} << random() % 2, 61'001ms};
    }
    if (is_odd) charge.rate = limits::Sliding{40, key % 6 == 0 ? 90min : 2h};
    charge.levels = {50, 80, 100};
    charge.plans = {fmt::format("plan{}:a:b", key % 4), "plan9:a:b"};
    return charge;
}

// The log takes each member at its word; the stores must find out by themselves.
std::vector<Charge> without_repetition(std::vector<Charge> charges) {
    for (Charge& charge : charges) {
        std::ranges::sort(charge.members);
        const auto repeated = std::ranges::unique(charge.members);
        charge.members.erase(repeated.begin(), repeated.end());
    }
    return charges;
}

// For `events_of_a_policy` events each, one key or none is counted otherwise than before: its count
// starts anew, there and back.
constexpr int events_of_a_policy = 200;

std::vector<Charge> any_charges(Random& random, Time now, int number) {
    const auto odd = static_cast<unsigned>(number / events_of_a_policy * 5 % 19);
    std::vector<Charge> charges;
    const unsigned first = random() % 12;
    for (unsigned i = 0, count = 1 + random() % 3; i < count; ++i)
        charges.push_back(any_charge(random, (first + i) % 12, now, (first + i) % 12 == odd));
    return charges;
}

template <typename One>
std::string about(const char* what, const One& one) {
    return fmt::format("{} {} of {} ({}), levels {}", what, one.used, one.max, one.plan,
                       fmt::join(one.crossed, " "));
}
std::string free_text(const std::optional<Time>& time) {
    return time ? std::to_string((*time - noon).count()) : "never";
}
// `with_time` leaves out what the exact log does not tell.
std::string text_of(const Answer& answer, bool with_time) {
    if (const auto* granted = std::get_if<Granted>(&answer)) return about("granted", *granted);
    if (const auto* exceeded = std::get_if<Exceeded>(&answer))
        return about("exceeded", *exceeded) +
               (with_time ? ", free " + free_text(exceeded->next_free) : "");
    return "something else";
}
std::string text_of(const Answers& answers, bool with_time) {
    std::string text;
    for (const Answer& answer : answers) text += text_of(answer, with_time) + "; ";
    return text;
}
std::string text_of(const std::vector<std::optional<limits::Standing>>& standings) {
    std::string text;
    for (const auto& one : standings)
        text += fmt::format("{} of {} ({}), free {}, frees {}; ", one->used, one->max, one->plan,
                            free_text(one->next_free), free_text(one->frees));
    return text;
}

// The three of them, side by side.
struct Three {
    limits::MemoryCounters memory;
    SimulatedRedis redis{shared_server()};
    limits::ExactLog log;
    struct Open {
        limits::Receipt in_memory;
        limits::Receipt in_redis;
        int number = 0;
    };
    std::deque<Open> open;

    void change_a_plan(Random& random) {
        const std::string name = fmt::format("plan{}:a:b", random() % 10);
        if (random() % 2) {
            memory.unset_plan({"acct", name});
            redis.unset_plan({"acct", name});
            return log.unset_plan(name);
        }
        const std::int64_t max = random() % 2 ? limits::unlimited : random() % 80;
        memory.set_plan({"acct", name, max});
        redis.set_plan({"acct", name, max});
        log.set_plan(name, max);
    }

    void settle_oldest(bool left, Time now) {
        memory.settle(open.front().in_memory, left, now);
        redis.settle(open.front().in_redis, left, now);
        if (!left) log.take_back(open.front().number, now);
        open.pop_front();
    }

    bool charge(int number, const std::vector<Charge>& charges, Time now) {
        const Call call = call_of(charges, std::to_string(number));
        const std::string peeked = text_of(memory.peek(charges, now));
        BOOST_REQUIRE_MESSAGE(text_of(redis.peek(charges, now)) == peeked,
                              "event " << number << ": " << charges[0].key << " peek "
                                       << text_of(redis.peek(charges, now)) << ", not " << peeked);
        const Outcome in_memory = memory.charge(call, now);
        const Outcome in_redis = redis.charge(call, now);
        const std::string expected = text_of(in_memory.answers, true);
        const std::string found = text_of(in_redis.answers, true);
        BOOST_REQUIRE_MESSAGE(found == expected, "event " << number << ": " << charges[0].key << " "
                                                          << found << ", not " << expected);
        const Answers logged = log.charge(without_repetition(charges), now, number);
        BOOST_REQUIRE_MESSAGE(
            text_of(in_redis.answers, false) == text_of(logged, false),
            "event " << number << ": " << found << ", not " << text_of(logged, false));
        if (!in_redis.receipt.token.empty())
            open.push_back({in_memory.receipt, in_redis.receipt, number});
        return all_granted(logged);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(law_random)

BOOST_AUTO_TEST_CASE(histories_of_all_kinds_are_answered_alike_by_memory_redis_and_a_log) {
    Random random(20261123);
    Three three;
    UnsteadyClock clock;
    Time now = noon;
    int granted = 0;
    const int events = rounds(40'000);
    for (int number = 1; number <= events; ++number) {
        const Time before = std::exchange(now, clock.tick(random));
        // Receipts are not kept over a jump of hours; and one of a count that started anew twice
        // since would be taken back from its successor.
        const bool settles_all = now > before + 1h || number % events_of_a_policy == 0;
        while (settles_all && !three.open.empty()) three.settle_oldest(true, now);
        if (random() % 100 == 0) three.change_a_plan(random);
        if (three.open.size() > 8 || (random() % 3 == 0 && !three.open.empty()))
            three.settle_oldest(random() % 2, now);
        granted += three.charge(number, any_charges(random, now, number), now);
    }
    BOOST_TEST(granted > events / 5);
    BOOST_TEST(granted < events / 5 * 4);
}

BOOST_AUTO_TEST_SUITE_END()
