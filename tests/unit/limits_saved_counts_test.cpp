#include "limits/saved_counts.h"

#include <boost/test/unit_test.hpp>

#include <random>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/memory_counters.h"

using namespace spillway::limits;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const Time noon{std::chrono::milliseconds{1'800'014'400'000}};
const std::string hostile_key = "hourly:user:a b\r\n{x}%41:\0\xff end 0 "s;

Charge charge_of(std::string key, std::int64_t cost, std::chrono::milliseconds span = 1h) {
    return Charge{"hourly", std::move(key), "acct", cost, Rate{1000, span}, WhenUnavailable::local};
}

// Three keys over an hour, one of them hostile.
std::unique_ptr<MemoryCounters> some_counters() {
    auto counters = std::make_unique<MemoryCounters>();
    for (int i = 0; i < 60; i += 7) {
        counters->charge({charge_of("hourly:user:ann", 1 + i)}, noon + i * 1min);
        counters->charge({charge_of(hostile_key, 2)}, noon + i * 1min);
    }
    counters->charge({charge_of("daily:account:one", 5, 24h)}, noon);
    return counters;
}

bool same(const std::vector<Use>& a, const std::vector<Use>& b) {
    return std::ranges::equal(
        a, b, [](const Use& x, const Use& y) { return x.key == y.key && x.used == y.used; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(saved_counts)

BOOST_AUTO_TEST_CASE(counts_go_on_after_a_restart_as_if_nothing_had_been) {
    const auto before = some_counters();
    MemoryCounters after;
    BOOST_REQUIRE(after.load(before->save(noon + 59min), noon + 59min).has_value());
    for (const auto passed : {59min, 60min, 75min, 118min, 120min, 1440min, 1464min}) {
        const auto expected = before->list("", 10, noon + passed);
        BOOST_TEST(same(after.list("", 10, noon + passed), expected));
    }
    BOOST_TEST(before->list("", 10, noon + 59min).size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_is_saved_twice_is_the_same_text) {
    const auto before = some_counters();
    MemoryCounters after;
    const std::string text = before->save(noon);
    BOOST_REQUIRE(after.load(text, noon).has_value());
    BOOST_TEST(after.save(noon) == text);
}

BOOST_AUTO_TEST_CASE(expired_counts_are_neither_saved_nor_loaded) {
    const auto counters = some_counters();
    BOOST_TEST(counters->save(noon + 48h) == MemoryCounters().save(noon));
    MemoryCounters after;
    BOOST_REQUIRE(after.load(counters->save(noon), noon + 48h).has_value());
    BOOST_TEST(after.size() == 0u);
}

BOOST_AUTO_TEST_CASE(one_changed_byte_anywhere_is_refused_and_changes_nothing) {
    const std::string text = some_counters()->save(noon);
    MemoryCounters counters;
    counters.charge({charge_of("hourly:user:kept", 3)}, noon);
    const std::string kept = counters.save(noon);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(damaged[at] ^ flip);
            BOOST_REQUIRE_MESSAGE(!counters.load(damaged, noon).has_value(), "byte " << at);
        }
    }
    BOOST_TEST(counters.save(noon) == kept);
}

BOOST_AUTO_TEST_CASE(a_text_cut_anywhere_or_with_more_behind_it_is_refused) {
    const std::string text = some_counters()->save(noon);
    MemoryCounters counters;
    for (std::size_t length = 0; length < text.size(); ++length)
        BOOST_REQUIRE(!counters.load(text.substr(0, length), noon).has_value());
    BOOST_TEST(!counters.load(text + "\n", noon).has_value());
    BOOST_TEST(!counters.load(text + text, noon).has_value());
    BOOST_TEST(!counters.load(std::string(4096, '\0'), noon).has_value());
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_in_words) {
    const std::string text = some_counters()->save(noon);
    BOOST_TEST(parse_saved("").error() == "line 1: not counts saved by this version");
    std::string other_version = text;
    other_version.replace(0, 17, "spillway-counts 2");
    BOOST_TEST(parse_saved(other_version).error() == "line 1: not counts saved by this version");
    std::string damaged = text;
    damaged[40] = 'X';
    BOOST_TEST(parse_saved(damaged).error() == "the checksum is wrong: the text is damaged");
    BOOST_TEST(parse_saved("spillway-counts 1\n").error() == "the text is cut short");
}

// A right checksum under nonsense: written by something else than this program.
BOOST_AUTO_TEST_CASE(nonsense_with_a_right_checksum_is_refused) {
    const auto signed_text = [](std::string text) {
        text = "spillway-counts 1\n" + text;
        std::uint64_t hash = 0xcbf29ce484222325;
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return text + fmt::format("{:016x}\n", hash);
    };
    BOOST_TEST(parse_saved(signed_text("k 1 5 5:1\nend 1 ")).has_value());
    for (const char* nonsense :
         {"", "end 1 ", "end 0", "k 1 5 5:1\nend 2 ", "k 0 5 5:1\nend 1 ", "k 1 -5 5:1\nend 1 ",
          "k 1 5 61:1\nend 1 ", "k 1 5 5:0\nend 1 ", "k 1 5 5:-1\nend 1 ", "k 1 5 5\nend 1 ",
          "k 1 99999999999999999999 5:1\nend 1 ", "k 1 9000000000000000000 5:1\nend 1 ",
          "k%4 1 5 5:1\nend 1 ", "k{} 1 5 5:1\nend 1 ", " 1 5 5:1\nend 1 ", "k 1 5 5:1",
          "k 1 5 5:1\n\nend 1 ", "k 1x 5 5:1\nend 1 ", "k 1 5 5:9999999999999999999\nend 1 "})
        BOOST_TEST(!parse_saved(signed_text(nonsense)).has_value(), nonsense);
}

BOOST_AUTO_TEST_CASE(a_count_saved_with_another_span_starts_anew) {
    MemoryCounters before;
    before.charge({charge_of("hourly:user:ann", 7, 1h)}, noon);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(before.save(noon), noon).has_value());
    const Answer answer = after.charge({charge_of("hourly:user:ann", 1, 2h)}, noon).front();
    BOOST_TEST(std::get<Granted>(answer).used == 1);
}

BOOST_AUTO_TEST_CASE(a_count_from_a_clock_ahead_of_ours_is_kept) {
    MemoryCounters before;
    before.charge({charge_of("hourly:user:ann", 7)}, noon + 10min);
    MemoryCounters after;
    BOOST_REQUIRE(after.load(before.save(noon + 10min), noon).has_value());
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
