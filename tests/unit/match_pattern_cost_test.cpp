// What matching many patterns costs: figures for people, and bounds far from them for machines.
#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

#include "match/candidates.h"
#include "match/pattern_set.h"
#include "unit/cpu_time.h"
#include "unit/spamassassin_rules.h"

using namespace spillway::match;

namespace {

std::string word(std::mt19937& random) {
    std::string made;
    for (std::size_t left = 4 + random() % 7; left > 0; --left)
        made += static_cast<char>('a' + random() % 26);
    return made;
}

// Ordinary text: two thousand words over and over in another order.
std::string prose(std::size_t bytes) {
    std::mt19937 random(1);
    std::vector<std::string> words;
    for (int i = 0; i < 2000; ++i) words.push_back(word(random));
    std::string text;
    while (text.size() < bytes)
        text += words[random() % words.size()] + (random() % 12 ? " " : "\n");
    return text;
}

std::vector<Pattern> phrases(std::size_t count) {
    std::mt19937 random(2);
    std::vector<Pattern> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(Pattern::phrase(word(random) + " " + word(random)));
    return made;
}

std::vector<Pattern> literals(std::size_t count) {
    std::mt19937 random(3);
    std::vector<Pattern> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(Pattern::compile(word(random) + " " + word(random), "i").value());
    return made;
}

double gigabytes_a_second(const PatternSets& sets, const std::string& text) {
    double best = 0;
    for (int turn = 0; turn < 5; ++turn) {
        const double seconds = cpu_seconds([&] { sets.scan(0, text); });
        best = std::max(best, static_cast<double>(text.size()) / 1e9 / std::max(seconds, 1e-9));
    }
    return best;
}

PatternDraft draft_of(const std::vector<Pattern>& patterns) {
    PatternDraft draft;
    for (const Pattern& pattern : patterns) draft.add("text", pattern);
    return draft;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern_cost)

BOOST_AUTO_TEST_CASE(literals_are_scanned_at_the_speed_of_memory) {
    const std::string text = prose(16'000'000);
    for (const std::size_t count : {20, 200, 2000}) {
        for (const bool literal : {true, false}) {
            const PatternSets sets(draft_of(literal ? literals(count) : phrases(count)));
            const double speed = gigabytes_a_second(sets, text);
            BOOST_TEST_MESSAGE(
                fmt::format("{} {}: {:.2f} GB/s", count, literal ? "literals" : "phrases", speed));
            BOOST_TEST(speed > 0.02);
        }
    }
}

BOOST_AUTO_TEST_CASE(sets_of_thousands_compile_in_seconds_and_load_in_none) {
    const PatternDraft draft = draft_of(phrases(5000));
    std::vector<SavedSet> saved;
    PatternSets::Sizes sizes;
    const double compiling = cpu_seconds([&] {
        const PatternSets sets(draft);
        sizes = sets.sizes();
        saved = sets.to_save();
    });
    const double loading = cpu_seconds([&] { const PatternSets sets(draft, saved); });
    BOOST_TEST_MESSAGE(fmt::format("5000 phrases: {:.2f} s to compile, {:.3f} s to load, {} kB",
                                   compiling, loading, sizes.bytes / 1024));
    BOOST_TEST(loading * 4 < compiling);
}

// A rule book of others: thousands of expressions, asked of letters that hit few of them.
BOOST_AUTO_TEST_CASE(the_cost_of_a_text_does_not_grow_with_the_rule_book) {
    std::vector<Pattern> patterns;
    for (const WrittenByOthers& rule : spamassassin_rules())
        if (auto pattern = Pattern::compile(rule.expression, rule.flags))
            patterns.push_back(*std::move(pattern));
    if (patterns.empty()) return;

    PatternDraft draft;
    std::vector<Seat> seats;
    double compiling = cpu_seconds([&] {
        for (const Pattern& pattern : patterns) seats.push_back(draft.add("text", pattern));
    });
    std::unique_ptr<PatternSets> sets;
    compiling += cpu_seconds([&] { sets = std::make_unique<PatternSets>(draft); });

    const std::string text = prose(50'000);
    int found = 0;
    int by_all = 0;
    std::size_t asked = 0;
    const double alone = cpu_seconds([&] {
        for (const Pattern& pattern : patterns) by_all += pattern.search(text) == Match::yes;
    });
    const double together = cpu_seconds([&] {
        Scans scans(sets.get());
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            const Where where = scans.where(seats[i], text);
            if (where.nowhere()) continue;
            ++asked;
            found += patterns[i].search(text, where) == Match::yes;
        }
    });
    BOOST_TEST_MESSAGE(
        fmt::format("{} expressions, {} in the set ({} kB, {:.2f} s to compile): a text of 50 kB "
                    "takes {:.2f} ms "
                    "instead of {:.2f}, {} asked of PCRE2",
                    patterns.size(), sets->sizes().patterns, sets->sizes().bytes / 1024, compiling,
                    together * 1e3, alone * 1e3, asked));
    BOOST_TEST(found == by_all);
    BOOST_TEST(asked * 10 < patterns.size());
}

BOOST_AUTO_TEST_SUITE_END()
