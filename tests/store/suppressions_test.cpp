// The suppression list in a real Redis.
#include "store/redis_suppressions.h"

#include <cstdlib>
#include <set>

#include <boost/test/unit_test.hpp>

#include "redis_server.h"

using namespace spillway;
using namespace spillway::limits;
using namespace spillway::store;
using namespace std::chrono_literals;

namespace {

Time now() { return std::chrono::floor<std::chrono::milliseconds>(Clock::now()); }

Suppression entry(std::string target, Reach reach = Reach::everybody, std::string owner = "") {
    return {.name = {reach, std::move(owner), std::move(target)},
            .cause = Cause::bounce,
            .source = "mta",
            .note = "550 no such user \xE2\x98\xB9",
            .since = now()};
}

// A list of its own database, with a clock that the test moves.
struct List {
    explicit List(int database, RedisSuppressions::Options options = {}) : server(shared_server()) {
        options.steady_now = [this] { return steady; };
        server.call({"FLUSHALL"});
        list.emplace(server.place(database), nullptr, options);
    }
    SuppressionAnswer find(const char* recipient) {
        return list->find(recipient, "acme", "shop.example", now());
    }
    bool stops(const char* recipient) {
        return std::holds_alternative<Suppression>(find(recipient));
    }
    long long asked() {
        const Reply reply = server.call({"INFO", "commandstats"});
        const std::string text(text_of(*reply));
        const std::size_t at = text.find("cmdstat_mget:calls=");
        return at == std::string::npos ? 0 : std::stoll(text.substr(at + 19));
    }

    RedisServer& server;
    std::chrono::steady_clock::time_point steady = std::chrono::steady_clock::now();
    std::optional<RedisSuppressions> list;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(suppressions)

BOOST_AUTO_TEST_CASE(entries_of_all_scopes_are_found_by_one_question) {
    List at(0);
    at.list->add({entry("a@x.example"), entry("b@x.example", Reach::account, "acme"),
                  entry("c@x.example", Reach::domain, "shop.example"),
                  entry("d@x.example", Reach::account, "beta"), entry("y.example")},
                 now());
    at.server.call({"CONFIG", "RESETSTAT"});
    BOOST_TEST(at.stops("A@x.example"));
    BOOST_TEST(at.stops("b@x.example"));
    BOOST_TEST(at.stops("c@x.example"));
    BOOST_TEST(!at.stops("d@x.example"));
    BOOST_TEST(at.stops("who@y.example"));
    BOOST_TEST(at.asked() == 5);
}

BOOST_AUTO_TEST_CASE(what_was_asked_is_asked_again_only_after_a_minute) {
    List at(0);
    at.list->add({entry("a@x.example")}, now());
    at.server.call({"CONFIG", "RESETSTAT"});
    for (int again = 0; again < 10; ++again) {
        BOOST_TEST(at.stops("a@x.example"));
        BOOST_TEST(!at.stops("b@x.example"));
    }
    BOOST_TEST(at.asked() == 2);
    at.steady += RedisSuppressions::remembered_for;
    BOOST_TEST(at.stops("a@x.example"));
    BOOST_TEST(at.asked() == 3);
}

BOOST_AUTO_TEST_CASE(a_change_is_seen_at_once_where_it_was_made_and_within_a_minute_elsewhere) {
    List here(0);
    RedisSuppressions elsewhere(here.server.place(0), nullptr,
                                {.steady_now = [&] { return here.steady; }});
    const auto stops_there = [&] {
        return std::holds_alternative<Suppression>(
            elsewhere.find("a@x.example", "acme", "shop.example", now()));
    };
    BOOST_TEST(!here.stops("a@x.example"));
    BOOST_TEST(!stops_there());
    here.list->add({entry("a@x.example")}, now());
    BOOST_TEST(here.stops("a@x.example"));
    BOOST_TEST(!stops_there());
    here.steady += RedisSuppressions::remembered_for;
    BOOST_TEST(stops_there());
    BOOST_TEST(here.list->remove(entry("a@x.example").name));
    BOOST_TEST(!here.list->remove(entry("a@x.example").name));
    BOOST_TEST(!here.stops("a@x.example"));
}

BOOST_AUTO_TEST_CASE(an_entry_ends_by_itself_in_redis_and_in_what_is_remembered) {
    List at(0);
    Suppression one = entry("a@x.example");
    one.until = now() + 300ms;
    at.list->add({one}, now());
    BOOST_TEST(at.stops("a@x.example"));
    BOOST_TEST(becomes_true([&] { return !at.stops("a@x.example"); }));
    BOOST_TEST(becomes_true([&] { return at.server.call({"DBSIZE"})->integer == 0; }));
}

BOOST_AUTO_TEST_CASE(memory_for_what_is_remembered_is_bounded) {
    List at(0, {.most_remembered = 100});
    for (int i = 0; i < 1000; ++i) at.stops((std::to_string(i) + "@x.example").c_str());
    at.server.call({"CONFIG", "RESETSTAT"});
    BOOST_TEST(!at.stops("999@x.example"));
    BOOST_TEST(at.asked() == 0);
    BOOST_TEST(!at.stops("0@x.example"));
    BOOST_TEST(at.asked() == 1);
}

BOOST_AUTO_TEST_CASE(pages_tell_all_entries_as_they_were_added) {
    List at(0);
    std::vector<Suppression> all;
    for (int i = 0; i < 5000; ++i)
        all.push_back(entry(std::to_string(i) + "@x.example", Reach::account, "uid 33"));
    all.front().until = now() + 1h;
    at.list->add(all, now());
    std::set<std::string> told;
    std::string from;
    int pages = 0;
    do {
        SuppressionPage page = at.list->page(from);
        for (const Suppression& one : page.entries) {
            told.insert(one.name.target);
            BOOST_TEST((one.name.owner == "uid 33" && one.note == all.front().note));
        }
        from = page.next;
        ++pages;
    } while (!from.empty());
    BOOST_TEST(told.size() == all.size());
    BOOST_TEST(pages > 3);
    BOOST_CHECK_THROW(at.list->page("nowhere"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_silent_redis_is_an_answer_of_its_own_and_soon_no_longer_waited_for) {
    RedisServer server;
    auto steady = std::chrono::steady_clock::now();
    int told = 0;
    auto place = server.place();
    place.timeout = 50ms;
    RedisSuppressions list(place, [&](const std::string&) { ++told; },
                           {.steady_now = [&] { return steady; }});
    server.kill();
    for (int i = 0; i < 10; ++i)
        BOOST_TEST(std::holds_alternative<Unavailable>(
            list.find("a@x.example", "acme", "shop.example", now())));
    BOOST_TEST(told == 1);
    BOOST_CHECK_THROW(list.add({entry("a@x.example")}, now()), std::runtime_error);
}

// Printed with --log_level=message; whole with SPILLWAY_FIGURES=1.
BOOST_AUTO_TEST_CASE(looking_up_takes_as_long_in_a_long_list_as_in_a_short_one) {
    const int size = std::getenv("SPILLWAY_FIGURES") != nullptr ? 1'000'000 : 5'000;
    constexpr int look_ups = 20'000;
    List at(0);
    const auto name = [](int number) { return "person" + std::to_string(number) + "@x.example"; };
    const auto begun = Deadline::clock::now();
    for (int first = 0; first < size; first += 1000) {
        std::vector<Suppression> some;
        for (int i = first; i < first + 1000; ++i) some.push_back(entry(name(i)));
        at.list->add(some, now());
    }
    const auto filled = Deadline::clock::now();
    int stopped = 0;
    const auto look_up_all = [&] {
        for (int i = 0; i < look_ups; ++i) stopped += at.stops(name(i * 2 % (2 * size)).c_str());
    };
    look_up_all();
    const auto asked = Deadline::clock::now();
    look_up_all();
    const auto remembered = Deadline::clock::now();
    BOOST_TEST(stopped > look_ups / 2);
    BOOST_TEST(at.asked() > 0);
    const auto rate = [](int count, auto span) {
        return std::to_string(
            static_cast<long>(count / std::chrono::duration<double>(span).count()));
    };
    const Reply memory = at.server.call({"INFO", "memory"});
    const std::string told(text_of(*memory));
    BOOST_TEST_MESSAGE(std::to_string(size) + " entries: " + rate(size, filled - begun) +
                       " added/s, " + rate(look_ups, asked - filled) + " asked/s by one thread, " +
                       rate(look_ups, remembered - asked) + " remembered/s; Redis " +
                       told.substr(told.find("used_memory_human:"), 26));
}

BOOST_AUTO_TEST_SUITE_END()
