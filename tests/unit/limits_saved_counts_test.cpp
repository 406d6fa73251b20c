#include "limits/saved_counts.h"

#include <boost/test/unit_test.hpp>

#include <random>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/memory_counters.h"
#include "unit/limits_asking.h"

using namespace spillway::limits;
using namespace std::string_literals;

namespace {

const std::string hostile_key = "hourly:user:a b\r\n{x}%41:\0\xff end 0 "s;

std::string saved(const MemoryCounters& counters, Time now) {
    std::string text;
    counters.save([&text](std::string_view piece) { text += piece; }, now);
    return text;
}

// Of everything something, over an hour, some of it hostile.
std::unique_ptr<MemoryCounters> some_counters() {
    auto counters = std::make_unique<MemoryCounters>();
    const Calendar days{{noon - 24h, noon, noon + 24h, noon + 48h}, {100, 100, 100}};
    for (int i = 0; i < 60; i += 7) {
        const Time now = noon + i * 1min;
        const std::vector<std::string> recipients{std::to_string(i), "", "a b\n"};
        Call call = call_of({hourly("hourly:user:ann", 1 + i, 1000), hourly(hostile_key, 2, 1000),
                             with_rate("daily:user:ann", 1, days),
                             with_rate("pace:user:ann", 2, Pacing{100, 10min}),
                             of_members(hourly("reach:user:ann", 1, 100), recipients),
                             of_members(with_rate("month:user:ann", 1, days), recipients)},
                            i < 30 ? "" : "message " + std::to_string(i));
        for (Charge& charge : call.charges) charge.levels = {1, 2, 3};
        call.mailing = Mailing{"acct", {1, 2, 3}, recipients, {1h, 24h}};
        BOOST_REQUIRE(all_granted(counters->charge(call, now).answers));
    }
    charge(*counters, {hourly("daily:account:one", 5, 1000, 24h)}, noon);
    counters->set_plan({"acct", "hourly:user:ann", 17});
    counters->set_plan({"", "hourly:user:eve"});
    counters->suspend({{"acct", Whom::user, "bob"}, noon + 3h, "sold a list"}, noon);
    counters->suspend({{"acct", Whom::account, ""}, noon + 4h, ""}, noon);
    return counters;
}

bool same(const std::vector<Use>& a, const std::vector<Use>& b) {
    return std::ranges::equal(a, b, [](const Use& x, const Use& y) {
        return x.key == y.key && x.used == y.used && x.account == y.account;
    });
}

// What stands before it, signed.
std::string with_checksum(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return text + fmt::format("{:016x}\n", hash);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_counts)

BOOST_AUTO_TEST_CASE(counts_go_on_after_a_restart_as_if_nothing_had_been) {
    const auto before = some_counters();
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(*before, noon + 59min), noon + 59min).has_value());
    for (const auto passed : {59min, 60min, 75min, 118min, 120min, 1440min, 1464min}) {
        const auto expected = before->list("", 10, noon + passed);
        BOOST_TEST(same(after.list("", 10, noon + passed), expected));
        BOOST_TEST((after.suspensions(noon + passed) == before->suspensions(noon + passed)));
        const Mailing mailing{"acct", {1, 2, 3}, {"zoe"}, {1h, 24h}};
        BOOST_TEST((after.mailing_sizes(mailing, noon + passed) ==
                    before->mailing_sizes(mailing, noon + passed)));
    }
    BOOST_TEST(before->list("", 10, noon + 59min).size() == 7u);
    BOOST_TEST((after.plans({}) == before->plans({})));
    BOOST_TEST(after.plans({}).size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_saved_twice_is_the_same_text) {
    const auto before = some_counters();
    MemoryCounters after;
    const std::string text = saved(*before, noon);
    BOOST_REQUIRE(after.load(text, noon).has_value());
    const auto without_changes = [](std::string saved_text) {
        std::string kept;
        while (!saved_text.empty()) {
            const std::string line = saved_text.substr(0, saved_text.find('\n') + 1);
            saved_text.erase(0, line.size());
            if (!line.starts_with("part ") && !line.starts_with("receipts ") &&
                !line.starts_with("end "))
                kept += line;
        }
        return kept;
    };
    BOOST_TEST(without_changes(saved(after, noon)) == without_changes(text));
}

BOOST_AUTO_TEST_CASE(levels_told_before_a_restart_are_not_told_after_it) {
    MemoryCounters before;
    Charge charge = hourly("hourly:user:ann", 8);
    charge.levels = {50, 80};
    BOOST_TEST(grant(before, charge, noon).crossed.size() == 2u);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(before, noon), noon).has_value());
    BOOST_REQUIRE(after.reset("hourly:user:nobody") == false);
    charge.cost = 1;
    BOOST_TEST(grant(after, charge, noon + 30min).crossed.empty());
}

BOOST_AUTO_TEST_CASE(a_receipt_open_at_a_restart_is_taken_back_by_the_next_try) {
    MemoryCounters before;
    before.charge(call_of({hourly("hourly:user:ann", 8)}, "message"), noon);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(before, noon), noon).has_value());
    const auto again =
        after.charge(call_of({hourly("hourly:user:ann", 8)}, "message"), noon + 1min);
    BOOST_TEST(std::get<Granted>(again.answers[0]).used == 8);
}

BOOST_AUTO_TEST_CASE(expired_counts_are_neither_saved_nor_loaded) {
    const auto counters = some_counters();
    BOOST_TEST(saved(*counters, noon + 48h).find("user:ann 17") != std::string::npos);
    BOOST_TEST(saved(*counters, noon + 48h).find("sliding") == std::string::npos);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(*counters, noon), noon + 48h).has_value());
    BOOST_TEST(after.size() == 0u);
}

BOOST_AUTO_TEST_CASE(one_changed_byte_anywhere_is_refused_and_changes_nothing) {
    const std::string text = saved(*some_counters(), noon);
    MemoryCounters counters;
    charge(counters, {hourly("hourly:user:kept", 3)}, noon);
    const std::string kept = saved(counters, noon);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            BOOST_REQUIRE_MESSAGE(!counters.load(damaged, noon).has_value(), "byte " << at);
        }
    }
    BOOST_TEST(saved(counters, noon) == kept);
}

BOOST_AUTO_TEST_CASE(a_text_cut_anywhere_or_with_more_behind_it_is_refused) {
    const std::string text = saved(*some_counters(), noon);
    MemoryCounters counters;
    for (std::size_t length = 0; length < text.size(); ++length)
        BOOST_REQUIRE(!counters.load(text.substr(0, length), noon).has_value());
    BOOST_TEST(!counters.load(text + "\n", noon).has_value());
    BOOST_TEST(!counters.load(text + text, noon).has_value());
    BOOST_TEST(!counters.load(std::string(4096, '\0'), noon).has_value());
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_in_words) {
    const std::string text = saved(*some_counters(), noon);
    BOOST_TEST(parse_saved("").error() == "line 1: not counts saved by this version");
    std::string other_version = text;
    other_version.replace(0, 17, "spillway-counts 3");
    BOOST_TEST(parse_saved(other_version).error() == "line 1: not counts saved by this version");
    std::string damaged = text;
    damaged[40] = 'X';
    BOOST_TEST(parse_saved(damaged).error() == "the checksum is wrong: the text is damaged");
    BOOST_TEST(parse_saved("spillway-counts 2\n").error() == "the text is cut short");
    BOOST_TEST(parse_saved(with_checksum("spillway-counts 2\npart 1 1\nplan\nend 2 ")).error() ==
               "line 3: not a count");
}

// A right checksum under nonsense: written by something else than this program.
BOOST_AUTO_TEST_CASE(nonsense_with_a_right_checksum_is_refused) {
    const auto parsed = [](const std::string& lines, int count) {
        const auto end = fmt::format("end {} ", count);
        return parse_saved(with_checksum("spillway-counts 2\n" + lines + end)).has_value();
    };
    BOOST_TEST(parsed("", 0));
    BOOST_TEST(!parsed("", 1));
    const std::vector<std::string> right{"receipts 5 7",
                                         "receipt 6 100 acct m 1 k acct - s 60000 30 5",
                                         "receipt 6 100 acct m 1 k acct - d 60000 30 1 x 1 y",
                                         "receipt 6 100 acct % 0",
                                         "part 1023 7",
                                         "sliding k acct 80:5000,100:6000 60000 30000000 2 5 1 0 3",
                                         "sliding k acct - 60000 30000000 0",
                                         "calendar k acct - 1000 2000 5",
                                         "pacing k acct - 8000000 1800000000000000",
                                         "distinct k acct - 3600000 2 100 x 200 y",
                                         "members k acct - 0 2000 1 100 x",
                                         "plan acct l:domain:x unlimited",
                                         "plan % l:domain:x 9007199254740992",
                                         "suspended acct account % 5000 why%20not",
                                         "mailing acct 1 3600000 100 2 ff 100 fe 100",
                                         "features acct 1 ffffffffffffffff 1 1800000000"};
    for (const std::string& line : right) {
        BOOST_TEST(parsed(line + "\n", 1), line);
        BOOST_TEST(!parsed(line + "\n", 2), line);
        BOOST_TEST(!parsed(line + " 1\n", 1), line);
        BOOST_TEST(!parsed(line + "\n\n", 2), line);
        BOOST_TEST(!parsed("x" + line + "\n", 1), line);
        BOOST_TEST(!parsed(line.substr(0, line.rfind(' ')) + "\n", 1), line);
    }
    for (const char* nonsense : {"part 1024 7",
                                 "part -1 7",
                                 "receipts 5 0",
                                 "sliding  acct - 60000 30 0",
                                 "sliding % acct - 60000 30 0",
                                 "sliding k acct - 0 30 0",
                                 "sliding k acct - 60000 -1 0",
                                 "sliding k acct - 60000 30 1 61 1",
                                 "sliding k acct - 60000 30 2 5 1 5 1",
                                 "sliding k acct - 60000 30 2 0 1 0 1",
                                 "sliding k acct - 60000 30 1 1 0",
                                 "sliding k acct 80 60000 30 0",
                                 "sliding k acct x:1 60000 30 0",
                                 "sliding k%4 acct - 60000 30 0",
                                 "sliding k{} acct - 60000 30 0",
                                 "calendar k acct - 2000 2000 5",
                                 "calendar k acct - 2000 1000 5",
                                 "pacing k acct - 0 5",
                                 "pacing k acct - 99999999999999999 5",
                                 "distinct k acct - 3600000 999999999 100 x",
                                 "plan acct l:domain:x 9007199254740993",
                                 "plan acct l:domain:x -1",
                                 "suspended acct nobody x 5000 y",
                                 "mailing acct 0 3600000 100 0",
                                 "mailing-size acct 1 3600000 5 AAAA",
                                 "receipt 6 100 acct m 1 k acct - z 60000 30 5",
                                 "receipt 0 100 acct m 0",
                                 "receipt 6 100 acct m 1 k acct - s 60000 99999999999999 5"})
        BOOST_TEST(!parsed(nonsense + "\n"s, 1), nonsense);
}

BOOST_AUTO_TEST_CASE(counts_of_the_first_format_go_on) {
    const auto slice = noon.time_since_epoch().count() / 60'000;
    const std::string text =
        with_checksum(fmt::format("spillway-counts 1\nhourly:user:ann 60000 {} {}:3 {}:4\nend 1 ",
                                  slice, slice % 61, (slice - 10) % 61));
    MemoryCounters counters;
    BOOST_REQUIRE(counters.load(text, noon).has_value());
    BOOST_TEST(used(counters, "hourly:user:ann", noon) == 7);
    BOOST_TEST(used(counters, "hourly:user:ann", noon + 51min) == 3);
    BOOST_TEST(grant(counters, hourly("hourly:user:ann", 1), noon).used == 8);
    BOOST_TEST(counters.list("", 1, noon).at(0).account == "acct");
}

BOOST_AUTO_TEST_CASE(nonsense_of_the_first_format_is_refused) {
    const auto parsed = [](const std::string& text) {
        return parse_saved(with_checksum("spillway-counts 1\n" + text)).has_value();
    };
    BOOST_TEST(parsed("k 1 500 5:1\nend 1 "));
    for (const char* nonsense : {"",
                                 "end 1 ",
                                 "end 0",
                                 "k 1 5 5:1\nend 2 ",
                                 "k 0 5 5:1\nend 1 ",
                                 "k 1 -5 5:1\nend 1 ",
                                 "k 1 5 61:1\nend 1 ",
                                 "k 1 5 5:0\nend 1 ",
                                 "k 1 5 5:-1\nend 1 ",
                                 "k 1 5 5\nend 1 ",
                                 "k 1 99999999999999999999 5:1\nend 1 ",
                                 "k 1 9000000000000000000 5:1\nend 1 ",
                                 "k%4 1 5 5:1\nend 1 ",
                                 "k{} 1 5 5:1\nend 1 ",
                                 " 1 5 5:1\nend 1 ",
                                 "k 1 5 5:1",
                                 "k 1 5 5:1\n\nend 1 ",
                                 "k 1x 5 5:1\nend 1 ",
                                 "k 1 5 5:9999999999999999999\nend 1 ",
                                 "k 1 500 5:1 5:2\nend 1 "})
        BOOST_TEST(!parsed(nonsense), nonsense);
}

BOOST_AUTO_TEST_CASE(a_count_saved_with_another_span_starts_anew) {
    MemoryCounters before;
    charge(before, {hourly("hourly:user:ann", 7)}, noon);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(before, noon), noon).has_value());
    BOOST_TEST(grant(after, hourly("hourly:user:ann", 1, 10, 2h), noon).used == 1);
}

BOOST_AUTO_TEST_CASE(a_count_from_a_clock_ahead_of_ours_is_kept) {
    MemoryCounters before;
    charge(before, {hourly("hourly:user:ann", 7)}, noon + 10min);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(saved(before, noon + 10min), noon).has_value());
    BOOST_TEST(after.list("", 1, noon).front().used == 7);
}

BOOST_AUTO_TEST_CASE(any_key_survives_being_written_and_read) {
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        std::string key;
        for (auto length = random() % 20; length > 0; --length)
            key += random() % 3 ? static_cast<char>(random()) : ":%{} \r\n*?[]\\"[random() % 12];
        const std::string text = encoded_key(key);
        BOOST_REQUIRE(decoded(text) == key);
        BOOST_REQUIRE(text.find_first_of(" {}\r\n*?[]\\") == std::string::npos);
        const std::string prefix = key.substr(0, random() % (key.size() + 1));
        BOOST_REQUIRE(text.starts_with(encoded_key(prefix)));
    }
    BOOST_TEST(encoded_key("domain-hour:client:2001:db8::1") ==
               "domain-hour:client:2001%3Adb8%3A%3A1");
    BOOST_TEST(encoded("a:b") == "a%3Ab");
}

BOOST_AUTO_TEST_SUITE_END()
