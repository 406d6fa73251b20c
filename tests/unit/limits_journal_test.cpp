// What a kill leaves: the journal, cut anywhere, over whatever was saved before.
#include "limits/journal_text.h"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;
using namespace std::string_literals;

namespace {

const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {500, 500, 500}};

std::string saved(const MemoryCounters& counters, Time now) {
    std::string text;
    counters.save([&text](std::string_view piece) { text += piece; }, now);
    return text;
}

// What the counters know, but for the numbers of their changes.
std::string state(const MemoryCounters& counters, Time now) {
    std::string text = saved(counters, now);
    std::string known;
    while (!text.empty()) {
        const std::string line = text.substr(0, text.find('\n') + 1);
        text.erase(0, line.size());
        const bool is_numbered = line.starts_with("part ") || line.starts_with("receipts ") ||
                                 line.starts_with("end ") || line.starts_with("spillway-counts");
        if (!is_numbered) known += line;
    }
    return known;
}

Call any_call(std::mt19937& random, int number) {
    const std::string who = std::to_string(random() % 3);
    std::vector<std::string> people;
    for (unsigned i = 0; i < 1 + random() % 3; ++i)
        people.push_back(fmt::format("p{} %\n", random() % 20));
    Call call = call_of({hourly("hourly:user:" + who, random() % 5, 40)},
                        random() % 5 ? "message " + std::to_string(number % 7) : "");
    if (random() % 2)
        call.charges.push_back(with_rate("daily:user:" + who, 1 + random() % 5, days));
    if (random() % 2) call.charges.push_back(with_rate("pace:user:" + who, 1, Pacing{10, 5s}));
    if (random() % 2)
        call.charges.push_back(of_members(hourly("reach:user:" + who, 1, 15), people));
    if (random() % 2)
        call.charges.push_back(of_members(with_rate("month:user:" + who, 1, days), people));
    for (Charge& charge : call.charges) {
        charge.account = "acct" + who;
        charge.levels = {50, 100};
        charge.plans = {"hourly:user:" + who};
    }
    if (random() % 3 == 0)
        call.mailing = Mailing{"acct" + who, {random() % 4 + 1, random() % 4 + 5}, people, {1h}};
    call.senders = {{"acct" + who, Whom::user, who}};
    return call;
}

// One of all that can change counters.
void change_something(std::mt19937& random, MemoryCounters& counters, int number, Time now,
                      std::vector<Receipt>& open) {
    const std::string who = std::to_string(random() % 3);
    switch (random() % 12) {
        case 0:
            return counters.set_plan(
                {"acct" + who, "hourly:user:" + who, static_cast<int>(random() % 60)});
        case 1:
            counters.unset_plan({"acct" + who, "hourly:user:" + who});
            return;
        case 2:
            return counters.suspend({{"acct" + who, Whom::user, who}, now + 30s, "why not"}, now);
        case 3:
            counters.unsuspend({"acct" + who, Whom::user, who});
            return;
        case 4:
            counters.reset("hourly:user:" + who);
            return;
        case 5:
        case 6:
            if (open.empty()) return;
            counters.settle(open.back(), random() % 2, now);
            open.pop_back();
            return;
        default:
            open.push_back(counters.charge(any_call(random, number), now).receipt);
    }
}

// Replays whole lines; what is left over is a part of one.
void replay(MemoryCounters& counters, std::string_view journal) {
    for (std::size_t end = 0; (end = journal.find('\n')) != journal.npos;) {
        BOOST_REQUIRE(counters.replay(journal.substr(0, end)).has_value());
        journal.remove_prefix(end + 1);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journal)

BOOST_AUTO_TEST_CASE(a_journal_cut_at_any_byte_is_the_state_after_some_change) {
    std::mt19937 random(8);
    MemoryCounters counters;
    std::string journal;
    counters.journal_to([&journal](std::string_view line) { journal += line; });
    std::vector<Receipt> open;
    std::vector<std::pair<std::size_t, std::string>> states{{0, state(counters, noon)}};
    for (int i = 0; i < 100; ++i) {
        change_something(random, counters, i, noon + i * 1s, open);
        states.emplace_back(journal.size(), state(counters, noon));
    }
    BOOST_TEST(std::ranges::count(journal, '\n') > 40);
    for (std::size_t cut = 0; cut <= journal.size(); ++cut) {
        MemoryCounters after;
        replay(after, std::string_view(journal).substr(0, cut));
        // The state may be one between two changes of one call, told in two lines.
        const std::size_t whole = cut == 0 ? 0 : journal.rfind('\n', cut - 1) + 1;
        for (const auto& [length, expected] : states)
            if (length == whole)
                BOOST_REQUIRE_MESSAGE(state(after, noon) == expected, "cut " << cut);
    }
}

BOOST_AUTO_TEST_CASE(long_histories_come_back_from_saves_and_journals) {
    std::mt19937 random(9);
    for (int round = 0; round < 60; ++round) {
        MemoryCounters counters;
        std::string journal;
        counters.journal_to([&journal](std::string_view line) { journal += line; });
        std::string text = saved(counters, noon);
        std::vector<Receipt> open;
        Time now = noon;
        for (int i = 0; i < 200; ++i) {
            now += std::chrono::milliseconds{random() % 4000};
            change_something(random, counters, i, now, open);
            if (random() % 50 != 0) continue;
            text = saved(counters, now);
            if (random() % 2) journal.clear();  // else the kill came before it was dropped
        }
        MemoryCounters after;
        BOOST_REQUIRE(after.load(text, now).has_value());
        replay(after, journal);
        BOOST_REQUIRE_MESSAGE(state(after, now) == state(counters, now), "round " << round);
        replay(after, journal);
    }
}

// Parts are saved at different moments, between which mail goes on.
BOOST_AUTO_TEST_CASE(a_save_while_mail_flows_and_its_journal_double_nothing) {
    MemoryCounters counters;
    std::string journal;
    counters.journal_to([&journal](std::string_view line) { journal += line; });
    std::atomic<bool> over = false;
    std::string text;
    {
        std::jthread sender([&] {
            std::mt19937 random(10);
            for (int i = 0; !over; ++i) {
                const auto key = [&random] {
                    return fmt::format("hourly:user:{}", random() % 500);
                };
                const Outcome outcome = counters.charge(
                    call_of({hourly(key(), 1, 1'000'000), hourly("x" + key(), 1, 1'000'000)},
                            std::to_string(i)),
                    noon);
                counters.settle(outcome.receipt, random() % 2, noon);
            }
        });
        while (counters.changes() < 2000) std::this_thread::yield();
        for (int i = 0; i < 20; ++i) text = saved(counters, noon);
        const auto reached = counters.changes();
        while (counters.changes() < reached + 2000) std::this_thread::yield();
        over = true;
    }
    MemoryCounters after;
    BOOST_REQUIRE(after.load(text, noon).has_value());
    replay(after, journal);
    BOOST_TEST((state(after, noon) == state(counters, noon)));
    BOOST_TEST(after.list("", 1000, noon).size() > 100u);
}

BOOST_AUTO_TEST_CASE(a_message_retried_after_a_kill_is_counted_once) {
    const Call call = call_of({hourly("hourly:user:ann", 3), with_rate("daily:user:ann", 3, days),
                               of_members(hourly("reach:user:ann", 1), {"a", "b"})},
                              "message");
    MemoryCounters before;
    std::string journal;
    before.journal_to([&journal](std::string_view line) { journal += line; });
    before.charge(call, noon);
    for (const bool was_told : {false, true}) {
        MemoryCounters after;
        if (was_told) replay(after, journal);
        BOOST_TEST(all_granted(after.charge(call, noon + 1min).answers));
        BOOST_TEST(used(after, "hourly:user:ann", noon + 1min) == 3);
        BOOST_TEST(used(after, "daily:user:ann", noon + 1min) == 3);
        BOOST_TEST(used(after, "reach:user:ann", noon + 1min) == 2);
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_had_left_before_the_kill_is_counted_twice_when_sent_twice) {
    const Call call = call_of({hourly("hourly:user:ann", 3)}, "message");
    MemoryCounters before;
    std::string journal;
    before.journal_to([&journal](std::string_view line) { journal += line; });
    before.settle(before.charge(call, noon).receipt, true, noon);
    MemoryCounters after;
    replay(after, journal);
    after.charge(call, noon + 1min);
    BOOST_TEST(used(after, "hourly:user:ann", noon + 1min) == 6);
}

BOOST_AUTO_TEST_CASE(tokens_are_not_given_twice_over_a_kill) {
    MemoryCounters before;
    std::string journal;
    before.journal_to([&journal](std::string_view line) { journal += line; });
    const auto call = [](int i) {
        return call_of({hourly("hourly:user:ann", 1)}, std::to_string(i));
    };
    const Receipt old = before.charge(call(1), noon).receipt;
    MemoryCounters after;
    replay(after, journal);
    const Receipt mine = after.charge(call(2), noon).receipt;
    BOOST_TEST(mine.token != old.token);
    after.settle(mine, false, noon);
    BOOST_TEST(used(after, "hourly:user:ann", noon) == 1);
}

BOOST_AUTO_TEST_CASE(each_line_says_in_eight_digits_whether_it_is_whole) {
    const std::string line = journal_text(7, Forgotten{"hourly:user:a b"});
    BOOST_TEST(line.starts_with("7 forgotten hourly:user:a%20b "));
    BOOST_TEST(line.size() == "7 forgotten hourly:user:a%20b "s.size() + 9);
    const std::string_view whole = std::string_view(line).substr(0, line.size() - 1);
    BOOST_TEST(parse_journal_line(whole)->number == 7u);
    for (std::size_t length = 0; length < whole.size(); ++length)
        BOOST_TEST(!parse_journal_line(whole.substr(0, length)).has_value());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged(whole);
        damaged[at] ^= 1;
        BOOST_TEST(!parse_journal_line(damaged).has_value(), "byte " << at);
    }
}

BOOST_AUTO_TEST_CASE(every_change_says_the_same_when_it_is_read_and_written_again) {
    std::mt19937 random(11);
    MemoryCounters counters;
    std::vector<std::string> lines;
    counters.journal_to([&lines](std::string_view line) { lines.emplace_back(line); });
    std::vector<Receipt> open;
    for (int i = 0; i < 3000; ++i) change_something(random, counters, i, noon + i * 1s, open);
    for (const std::string& line : lines) {
        const auto parsed = parse_journal_line(std::string_view(line).substr(0, line.size() - 1));
        BOOST_REQUIRE_MESSAGE(parsed.has_value(), line);
        BOOST_REQUIRE(journal_text(parsed->number, parsed->change) == line);
    }
    BOOST_TEST(lines.size() > 1500u);
}

BOOST_AUTO_TEST_CASE(nonsense_with_a_right_checksum_is_told) {
    const auto error_of = [](const std::string& words) {
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const char c : words) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        const auto parsed = parse_journal_line(
            fmt::format("{} {:08x}", words, static_cast<std::uint32_t>(hash ^ hash >> 32)));
        return parsed ? "" : parsed.error();
    };
    BOOST_TEST(error_of("1 forgotten a:b:c") == "");
    BOOST_TEST(error_of("1 remembered a:b:c") == "not a change of the counters");
    BOOST_TEST(error_of("0 forgotten a:b:c") == "not a change of the counters");
    for (const char* words :
         {"1 forgotten", "1 forgotten a:b:c d", "1 settled 5 0 left", "1 settled 5 1 right",
          "1 settled 5 1", "1 plan a b -1", "1 plan a b 1.5", "1 suspended a someone b 5 c",
          "1 charged 5 1 a m 1", "1 charged 5 1 a m 0 posted",
          "1 charged 5 1 a m 0 posted a 1 0 0 0", "1 charged 5 1 a m 1 k a - s 0 5 5",
          "1 charged 5 1 a m 1 k a - c 5 5 5", "1 charged 5 1 a m 1 k a - p 0 5 5",
          "1 charged 5 1 a m 1 k a 80 s 1 5 5", "1 charged 5 1 a m 99999999999 k a"})
        BOOST_TEST(error_of(words) == "not a whole change of the counters", words);
}

BOOST_AUTO_TEST_SUITE_END()
