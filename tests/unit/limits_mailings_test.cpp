#include "limits/mailings.h"

#include <boost/test/unit_test.hpp>

#include <random>

#include <fmt/format.h>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;

namespace {

using Features = std::vector<std::uint64_t>;

// Features `from` and the 31 after it: texts less than eleven apart share two thirds.
Features text(std::uint64_t from) {
    Features features;
    for (std::uint64_t i = 0; i < 32; ++i) features.push_back((from + i) << 20);
    return features;
}

std::vector<std::string> people(int from, int count) {
    std::vector<std::string> people;
    for (int i = from; i < from + count; ++i) people.push_back(fmt::format("p{}@x.example", i));
    return people;
}

Mailing mailing(Features features, std::vector<std::string> recipients,
                std::string account = "acct") {
    return {std::move(account), std::move(features), std::move(recipients), {1h, 24h}};
}

void send(MemoryCounters& counters, Mailing sent, Time now) {
    Call call = call_of({hourly("hourly:user:ann", 1, 1'000'000)});
    call.mailing = std::move(sent);
    BOOST_REQUIRE(all_granted(counters.charge(call, now).answers));
}

std::int64_t size_in_a_day(MemoryCounters& counters, Features features,
                           std::vector<std::string> recipients, Time now) {
    return counters.mailing_sizes(mailing(std::move(features), std::move(recipients)), now)->at(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mailings)

BOOST_AUTO_TEST_CASE(a_mailing_is_as_large_as_its_recipients_are_many) {
    MemoryCounters counters;
    BOOST_TEST(size_in_a_day(counters, text(0), people(0, 5), noon) == 5);
    send(counters, mailing(text(0), people(0, 5)), noon);
    BOOST_TEST(size_in_a_day(counters, text(0), people(0, 5), noon) == 5);
    BOOST_TEST(size_in_a_day(counters, text(0), people(3, 5), noon) == 8);
    BOOST_TEST(size_in_a_day(counters, text(0), people(3, 5), noon) == 8);
}

BOOST_AUTO_TEST_CASE(each_span_has_its_own_size) {
    MemoryCounters counters;
    send(counters, mailing(text(0), people(0, 5)), noon);
    send(counters, mailing(text(0), people(4, 3)), noon + 59min);
    const auto sizes = [&](Time now) {
        return *counters.mailing_sizes(mailing(text(0), people(20, 1)), now);
    };
    BOOST_TEST((sizes(noon + 1h - 1ms) == std::vector<std::int64_t>{8, 8}));
    BOOST_TEST((sizes(noon + 1h) == std::vector<std::int64_t>{4, 8}));
    BOOST_TEST((sizes(noon + 2h) == std::vector<std::int64_t>{1, 8}));
    BOOST_TEST((sizes(noon + 24h) == std::vector<std::int64_t>{1, 4}));
    BOOST_TEST((sizes(noon - 24h) == std::vector<std::int64_t>{8, 8}));
}

BOOST_AUTO_TEST_CASE(two_thirds_of_the_features_make_one_mailing) {
    MemoryCounters counters;
    send(counters, mailing(text(0), people(0, 5)), noon);
    BOOST_TEST(size_in_a_day(counters, text(10), people(9, 1), noon) == 6);
    BOOST_TEST(size_in_a_day(counters, text(11), people(9, 1), noon) == 1);
}

BOOST_AUTO_TEST_CASE(a_text_that_changes_little_by_little_stays_one_mailing) {
    MemoryCounters counters;
    for (int i = 0; i < 20; ++i)
        send(counters, mailing(text(static_cast<std::uint64_t>(i) * 10), people(i, 1)), noon);
    BOOST_TEST(size_in_a_day(counters, text(195), people(99, 1), noon) == 21);
}

BOOST_AUTO_TEST_CASE(a_mailing_is_of_one_account) {
    MemoryCounters counters;
    send(counters, mailing(text(0), people(0, 5), "other"), noon);
    BOOST_TEST(size_in_a_day(counters, text(0), people(9, 1), noon) == 1);
}

BOOST_AUTO_TEST_CASE(what_was_refused_is_not_recorded) {
    MemoryCounters counters;
    Call call = call_of({hourly("hourly:user:ann", 11)});
    call.mailing = mailing(text(0), people(0, 5));
    BOOST_TEST(!all_granted(counters.charge(call, noon).answers));
    BOOST_TEST(size_in_a_day(counters, text(0), people(9, 1), noon) == 1);
}

BOOST_AUTO_TEST_CASE(a_mailing_is_recorded_without_any_limit) {
    MemoryCounters counters;
    Call call;
    call.mailing = mailing(text(0), people(0, 5));
    BOOST_TEST(counters.charge(call, noon).answers.empty());
    BOOST_TEST(size_in_a_day(counters, text(0), people(9, 1), noon) == 6);
}

BOOST_AUTO_TEST_CASE(mailings_that_are_over_leave_memory) {
    Mailings mailings;
    for (std::uint32_t i = 1; i <= 1000; ++i) {
        const Posted posted{"acct", i, text(i * 100), {i}, {1h}};
        mailings.record(posted, noon + i * 1s);
    }
    BOOST_TEST(mailings.features().size() == 32'000u);
    mailings.forget_expired(noon + 1h + 500s);
    BOOST_TEST(mailings.audiences().size() == 500u);
    mailings.forget_expired(noon + 1h + 1002s);
    BOOST_TEST(mailings.empty());
    BOOST_TEST(mailings.features().size() == 0u);
}

BOOST_AUTO_TEST_CASE(sizes_are_exact_to_a_thousand_and_near_beyond) {
    for (const int size : {999, 1000, 1500, 10'000, 50'000}) {
        MemoryCounters counters;
        for (int i = 0; i < size; i += 50) {
            send(counters, mailing(text(0), people(i, std::min(50, size - i))), noon + i * 1ms);
            send(counters, mailing(text(0), people(i / 2, 20)), noon + i * 1ms);
        }
        const auto told = size_in_a_day(counters, text(0), people(0, 1), noon + 1min);
        if (size <= 1000)
            BOOST_TEST(told == size);
        else
            BOOST_TEST(std::abs(told - size) < size / 20, size << " told as " << told);
    }
}

BOOST_AUTO_TEST_CASE(a_large_mailing_shrinks_as_its_slices_leave) {
    MemoryCounters counters;
    for (int hour = 0; hour < 24; ++hour)
        for (int i = 0; i < 200; i += 50)
            send(counters, mailing(text(0), people(hour * 200 + i, 50)), noon + hour * 1h);
    const auto size = [&](Time now) {
        return static_cast<double>(size_in_a_day(counters, text(0), people(0, 1), now));
    };
    BOOST_TEST(size(noon + 23h) == 4800, boost::test_tools::tolerance(0.05));
    // A span of a day and up to two hours more.
    BOOST_TEST(size(noon + 36h) >= 2200 * 0.95);
    BOOST_TEST(size(noon + 36h) <= 2800 * 1.05);
    BOOST_TEST(size(noon + 72h) == 1);
    send(counters, mailing(text(0), people(0, 7)), noon + 72h);
    BOOST_TEST(size_in_a_day(counters, text(0), people(0, 7), noon + 72h) == 7);
}

BOOST_AUTO_TEST_CASE(estimates_come_back_from_what_was_saved) {
    MemoryCounters before;
    for (int i = 0; i < 3000; i += 100)
        send(before, mailing(text(0), people(i, 100)), noon + i * 10s);
    std::string saved;
    before.save([&saved](std::string_view piece) { saved += piece; }, noon + 8h);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved, noon + 8h).has_value());
    for (const auto later : {8h, 20h, 30h, 34h}) {
        const auto asked = mailing(text(3), people(0, 1));
        BOOST_TEST((before.mailing_sizes(asked, noon + later) ==
                    after.mailing_sizes(asked, noon + later)));
    }
}

BOOST_AUTO_TEST_CASE(a_feature_table_keeps_what_is_put_and_wanted) {
    FeatureTable table;
    std::mt19937_64 random(4);
    std::unordered_map<std::uint64_t, std::uint32_t> expected{{1, 77}};
    table.reserve(1);
    table.put({0, 77, 0});  // as feature 1
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const std::uint64_t feature = 2 + random() % 5000 * (std::uint64_t{1} << 40);
        table.reserve(1);
        table.put({feature, i, i});
        expected[feature] = i;
        if (i % 4000 == 0) {
            table.keep_if([](const auto& entry) { return entry.mailing % 3 != 0; });
            std::erase_if(expected, [](const auto& entry) { return entry.second % 3 == 0; });
        }
    }
    BOOST_TEST(table.size() == expected.size());
    for (const auto& [feature, mailing] : expected) {
        BOOST_REQUIRE(table.find(feature) != nullptr);
        BOOST_REQUIRE(table.find(feature)->mailing == mailing);
    }
    BOOST_TEST(table.find(3) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
