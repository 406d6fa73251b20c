// What counting costs: figures for people, and bounds far above them for machines.
#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <fmt/format.h>

#include "effort.h"
#include "limits/memory_counters.h"
#include "unit/cpu_time.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {1000, 1000, 1000}};

std::size_t bytes_in_use() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

// Of each of 50,000 customers, after one call with what `make` makes of a customer's name.
template <typename Make>
double bytes_of_one(const Make& make) {
    constexpr int customers = 50'000;
    const std::size_t before = bytes_in_use();
    MemoryCounters counters;
    for (int i = 0; i < customers; ++i)
        counters.charge(make(fmt::format("customer{}.example", i)), noon);
    return static_cast<double>(bytes_in_use() - before) / customers;
}

Call one_charge(const std::string& who, Rate rate, std::vector<std::string> members = {}) {
    Charge charge = with_rate("hourly:domain:" + who, 1, rate);
    charge.account = who;
    charge.members = std::move(members);
    return call_of({charge});
}

// Twelve limits of each of three scopes, kinds mixed, as a message of a large policy asks.
Call twelve_charges(int message) {
    Call call;
    call.message = fmt::format("message {}", message);
    const int customer = message * 7919 % 2'000;
    for (int i = 0; i < 12; ++i) {
        const char* const scope = i % 3 == 0 ? "account" : i % 3 == 1 ? "domain" : "user";
        Charge charge =
            hourly(fmt::format("limit{}:{}:customer{}.example", i, scope, customer), 1, 1'000'000);
        if (i % 4 == 1) charge.rate = days;
        if (i % 4 == 2) charge.rate = Sliding{1'000'000, 24h};
        if (i % 4 == 3) charge.rate = Pacing{1'000'000, 1ms};
        charge.account = fmt::format("account{}", customer);
        charge.levels = {80, 95, 100};
        charge.plans = {charge.key, fmt::format("limit{}:account:account{}", i, customer)};
        call.charges.push_back(std::move(charge));
    }
    return call;
}

double microseconds_of_a_message(MemoryCounters& counters) {
    const int messages = rounds(20'000);
    std::vector<Call> calls;
    for (int i = 0; i < messages; ++i) calls.push_back(twelve_charges(i));
    const double seconds = cpu_seconds([&] {
        for (const Call& call : calls)
            counters.settle(counters.charge(call, noon).receipt, true, noon);
    });
    return seconds / messages * 1e6;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cost)

BOOST_AUTO_TEST_CASE(a_count_takes_a_few_hundred_bytes) {
    const double sliding = bytes_of_one([](const std::string& who) {
        return one_charge(who, Sliding{1000, 1h});
    });
    const double calendar =
        bytes_of_one([](const std::string& who) { return one_charge(who, days); });
    const double pacing = bytes_of_one([](const std::string& who) {
        return one_charge(who, Pacing{10, 1s});
    });
    std::vector<std::string> people;
    for (int i = 0; i < 20; ++i) people.push_back(fmt::format("recipient{}@elsewhere.example", i));
    const double distinct = bytes_of_one([&people](const std::string& who) {
        return one_charge(who, Sliding{1000, 1h}, people);
    });
    const double mailing = bytes_of_one([](const std::string& who) {
        Call call;
        call.mailing = Mailing{"acct", {}, {who}, {24h}};
        const std::uint64_t first = std::hash<std::string>()(who);
        for (std::uint64_t i = 0; i < 32; ++i) call.mailing->features.push_back(first + i);
        return call;
    });
    fmt::print(
        "bytes of a count: sliding {:.0f}, calendar {:.0f}, pacing {:.0f}; "
        "{:.0f} of each recipient; {:.0f} of a text\n",
        sliding, calendar, pacing, (distinct - calendar) / 20, mailing);
    BOOST_TEST(sliding < 500);
    BOOST_TEST(calendar < 450);
    BOOST_TEST(pacing < 450);
    BOOST_TEST((distinct - calendar) / 20 < 200);
    BOOST_TEST(mailing < 2000);
}

BOOST_AUTO_TEST_CASE(twelve_charges_take_a_few_microseconds) {
    MemoryCounters alone;
    MemoryCounters journaled;
    std::size_t bytes = 0;
    journaled.journal_to([&bytes](std::string_view line) { bytes += line.size(); });
    const double plain = microseconds_of_a_message(alone);
    const double told = microseconds_of_a_message(journaled);
    fmt::print("a message of 12 charges, settled: {:.1f} us, {:.1f} us with {} bytes of journal\n",
               plain, told, bytes / static_cast<std::size_t>(rounds(20'000)));
    const int slower = is_sanitized ? 20 : 1;
    BOOST_TEST(plain < 200 * slower);
    BOOST_TEST(told < 400 * slower);
}

BOOST_AUTO_TEST_SUITE_END()
