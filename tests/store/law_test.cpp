// The laws of limits, kept by both stores: one example each. law_random_test.cpp has histories.

#include <boost/mpl/list.hpp>

#include <thread>

#include "stores.h"

using namespace spillway;
using namespace spillway::store;

namespace {

using Stores = boost::mpl::list<InMemory, InRedis>;

// The answer to a single charge.
Answer ask(limits::Counters& counters, const Charge& charge, Time now) {
    return counters.charge(call_of({charge}), now).answers.front();
}
std::int64_t use_of(limits::Counters& counters, const std::string& key, Time now) {
    const auto uses = counters.list("hourly:user:" + key, 1, now);
    return uses.empty() ? 0 : uses.front().used;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(law)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_limit_is_reached_and_never_passed, Store, Stores) {
    Store store;
    for (int i = 1; i <= 10; ++i)
        BOOST_TEST(std::get<Granted>(ask(store.counters, hourly("ann", 1), noon)).used == i);
    const auto refused = std::get<Exceeded>(ask(store.counters, hourly("ann", 1), noon + 1h));
    BOOST_TEST(refused.used == 10);
    BOOST_TEST((refused.next_free == noon + 61min));
    BOOST_TEST(granted(store.counters, hourly("bob", 10), noon));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_burst_over_the_edge_of_an_hour_is_one_window, Store, Stores) {
    Store store;
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon - 1s));
    BOOST_TEST(!granted(store.counters, hourly("ann", 1), noon + 1s));
    BOOST_TEST(!granted(store.counters, hourly("ann", 1), noon + 59min + 59s));
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon + 60min));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(more_than_the_limit_is_refused_for_good_even_when_unused, Store,
                              Stores) {
    Store store;
    const auto refused = std::get<Exceeded>(ask(store.counters, hourly("ann", 11), noon));
    BOOST_TEST(refused.used == 0);
    BOOST_TEST(!refused.next_free.has_value());
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon));
    const auto again = std::get<Exceeded>(ask(store.counters, hourly("ann", 11), noon));
    BOOST_TEST(again.used == 10);
    BOOST_TEST(!again.next_free.has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_are_charged_or_none, Store, Stores) {
    Store store;
    const std::vector<Charge> three{hourly("ann", 2), hourly("bob", 8), hourly("eve", 1)};
    BOOST_TEST(all_granted(store.counters.charge(call_of(three), noon).answers));
    const Answers refused = store.counters.charge(call_of(three), noon).answers;
    BOOST_TEST(std::get<Granted>(refused[0]).used == 2);
    BOOST_TEST(std::get<Exceeded>(refused[1]).used == 8);
    BOOST_TEST(std::get<Granted>(refused[2]).used == 1);
    BOOST_TEST(use_of(store.counters, "ann", noon) == 2);
    BOOST_TEST(use_of(store.counters, "eve", noon) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(next_free_is_when_it_fits_and_not_before, Store, Stores) {
    Store store;
    BOOST_TEST(granted(store.counters, hourly("ann", 4), noon));
    BOOST_TEST(granted(store.counters, hourly("ann", 6), noon + 10min));
    for (const std::int64_t cost : {3, 4, 5, 10}) {
        const auto free =
            std::get<Exceeded>(ask(store.counters, hourly("ann", cost), noon + 20min)).next_free;
        BOOST_REQUIRE(free.has_value());
        BOOST_TEST((*free == (cost <= 4 ? noon + 61min : noon + 71min)));
        BOOST_TEST(!granted(store.counters, hourly("ann", cost), *free - 1ms));
    }
    BOOST_TEST(granted(store.counters, hourly("ann", 4), noon + 61min));
    BOOST_TEST(granted(store.counters, hourly("ann", 6), noon + 71min));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_changed_maximum_keeps_the_count, Store, Stores) {
    Store store;
    BOOST_TEST(granted(store.counters, hourly("ann", 10, 10), noon));
    BOOST_TEST(!granted(store.counters, hourly("ann", 1, 10), noon));
    BOOST_TEST(std::get<Granted>(ask(store.counters, hourly("ann", 1, 20), noon)).used == 11);
    const auto lowered = std::get<Exceeded>(ask(store.counters, hourly("ann", 1, 5), noon));
    BOOST_TEST(lowered.used == 11);
    BOOST_TEST((lowered.next_free == noon + 61min));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_changed_span_starts_anew, Store, Stores) {
    Store store;
    Charge charge = hourly("ann", 10);
    BOOST_TEST(granted(store.counters, charge, noon));
    charge.rate = limits::Sliding{10, 2h};
    charge.cost = 11;  // refused: the old count stays
    BOOST_TEST(std::get<Exceeded>(ask(store.counters, charge, noon)).used == 0);
    BOOST_TEST(use_of(store.counters, "ann", noon) == 10);
    charge.cost = 3;
    BOOST_TEST(std::get<Granted>(ask(store.counters, charge, noon)).used == 3);
    BOOST_TEST(use_of(store.counters, "ann", noon + 119min) == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_key_asked_twice_in_one_call_costs_the_sum, Store, Stores) {
    Store store;
    const std::vector<Charge> twice{hourly("ann", 6), hourly("bob", 1), hourly("ann", 5)};
    const Answers never = store.counters.charge(call_of(twice), noon).answers;
    BOOST_TEST(!std::get<Exceeded>(never[0]).next_free.has_value());
    BOOST_TEST(!std::get<Exceeded>(never[2]).next_free.has_value());
    BOOST_TEST(use_of(store.counters, "bob", noon) == 0);
    BOOST_TEST(all_granted(
        store.counters.charge(call_of({hourly("ann", 6), hourly("ann", 4)}), noon).answers));
    BOOST_TEST(use_of(store.counters, "ann", noon) == 10);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_costs_nothing_and_is_not_kept, Store, Stores) {
    Store store;
    BOOST_TEST(granted(store.counters, hourly("ann", 0), noon));
    BOOST_TEST(store.counters.list("", 10, noon).empty());
    BOOST_TEST(!store.counters.reset("hourly:user:ann"));
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon));
    BOOST_TEST(granted(store.counters, hourly("ann", 0), noon));
    BOOST_TEST(!granted(store.counters, hourly("ann", 0, 9), noon));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_clock_set_back_frees_nothing, Store, Stores) {
    Store store;
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon));
    for (const auto back : {1ms, 3'600'000ms, 864'000'000ms}) {
        const auto refused = std::get<Exceeded>(ask(store.counters, hourly("ann", 1), noon - back));
        BOOST_TEST(refused.used == 10);
        BOOST_TEST((refused.next_free == noon + 61min));
    }
    BOOST_TEST(granted(store.counters, hourly("ann", 1, 11), noon - 24h));
    BOOST_TEST(!granted(store.counters, hourly("ann", 1, 11), noon + 60min));
    BOOST_TEST(granted(store.counters, hourly("ann", 11, 11), noon + 61min));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(hostile_keys_and_accounts_are_counted_apart, Store, Stores) {
    Store store;
    using namespace std::string_literals;
    const std::vector<std::string> parts{"a",          "a}",    "{a}", "a b",
                                         "a\r\nDEL x", "a\0b"s, "a%b", "a%2525b",
                                         "a*",         "[a-z]", "a:b", "\xff\xfe"};
    int number = 0;
    for (const std::string& part : parts) {
        Charge charge = hourly(part, ++number, 100);
        charge.account = part;
        BOOST_TEST(granted(store.counters, charge, noon));
    }
    number = 0;
    for (const std::string& part : parts) {
        Charge charge = hourly(part, 0, 100);
        charge.account = part;
        BOOST_TEST(std::get<Granted>(ask(store.counters, charge, noon)).used == ++number);
    }
    const auto uses = store.counters.list("hourly:user:", 100, noon);
    BOOST_TEST(uses.size() == parts.size());
    for (const std::string& part : parts)
        BOOST_TEST(std::ranges::count(uses, "hourly:user:" + part, &limits::Use::key) == 1);
    BOOST_TEST(store.counters.reset("hourly:user:a*"));
    BOOST_TEST(store.counters.list("", 100, noon).size() == parts.size() - 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(uses_are_listed_by_key_and_forgotten_one_by_one, Store, Stores) {
    Store store;
    for (const char* key : {"eve", "ann", "bob", "abe"})
        BOOST_TEST(granted(store.counters, hourly(key, 2), noon));
    const auto first = store.counters.list("hourly:user:", 2, noon);
    BOOST_REQUIRE(first.size() == 2u);
    BOOST_TEST(first[0].key == "hourly:user:abe");
    BOOST_TEST(first[1].key == "hourly:user:ann");
    BOOST_TEST(store.counters.list("hourly:user:a", 9, noon).size() == 2u);
    BOOST_TEST(store.counters.list("daily", 9, noon).empty());
    BOOST_TEST(store.counters.reset("hourly:user:ann"));
    BOOST_TEST(!store.counters.reset("hourly:user:ann"));
    BOOST_TEST(granted(store.counters, hourly("ann", 10), noon));
    BOOST_TEST(store.counters.list("", 9, noon + 2h).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_largest_numbers_are_counted_exactly, Store, Stores) {
    Store store;
    constexpr std::int64_t most = limits::most_countable;
    BOOST_TEST(std::get<Granted>(ask(store.counters, hourly("ann", most - 1, most), noon)).used ==
               most - 1);
    BOOST_TEST(!granted(store.counters, hourly("ann", 2, most), noon));
    BOOST_TEST(
        std::get<Granted>(
            ask(store.counters, hourly("ann", 1, std::numeric_limits<std::int64_t>::max()), noon))
            .used == most);
    BOOST_TEST(use_of(store.counters, "ann", noon) == most);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slices_need_not_divide_the_span, Store, Stores) {
    Store store;
    Charge charge = hourly("ann", 1, 1);
    charge.rate = limits::Sliding{1, 61'001ms};  // slices of 1017 ms
    BOOST_TEST(granted(store.counters, charge, noon));
    const auto free = std::get<Exceeded>(ask(store.counters, charge, noon)).next_free;
    BOOST_REQUIRE(free.has_value());
    BOOST_TEST((*free > noon + 61'001ms));
    BOOST_TEST((*free <= noon + 61'001ms + 2 * 1017ms));
    BOOST_TEST(!granted(store.counters, charge, *free - 1ms));
    BOOST_TEST(granted(store.counters, charge, *free));
}

namespace {

// Eight threads send 200 messages each against a limit of 1000 and against one of their own.
int granted_to_many_threads(limits::Counters& counters) {
    std::atomic<int> granted = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&counters, &granted, t] {
                const auto now =
                    std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now());
                for (int i = 0; i < 200; ++i)
                    granted +=
                        all_granted(counters
                                        .charge(call_of({hourly("all", 1, 1000),
                                                         hourly(std::to_string(t), 1, 1000)}),
                                                now)
                                        .answers);
            });
    }
    return granted;
}

}  // namespace

BOOST_AUTO_TEST_CASE(many_threads_together_never_pass_a_limit_in_memory) {
    limits::MemoryCounters counters;
    BOOST_TEST(granted_to_many_threads(counters) == 1000);
}

BOOST_AUTO_TEST_CASE(many_threads_together_never_pass_a_limit_in_redis) {
    RedisCounters counters(shared_server().place(), nullptr);
    BOOST_TEST(granted_to_many_threads(counters) == 1000);
    const auto uses = counters.list("", 100, noon);
    std::int64_t total = 0;
    for (const auto& use : uses) total += use.used;
    BOOST_TEST(total == 2000);
}

BOOST_AUTO_TEST_SUITE_END()
