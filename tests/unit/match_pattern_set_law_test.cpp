// The law of pattern sets: asked only where its set says that a match may begin, a pattern finds
// all that it finds in the whole text. PCRE2 alone is the oracle.
#include <sstream>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "match/pattern_set.h"
#include "unit/any_pattern.h"
#include "unit/shared_data.h"

using namespace spillway::match;

namespace {

struct Tally {
    int yes = 0;
    int no = 0;
    int placed = 0;  // of the yes, those PCRE2 was told where to look for
    int spared = 0;  // of the no, those PCRE2 would not have been asked for
};

struct Seated {
    Pattern pattern;
    Seat seat;
    std::string written;
};

// Asks every pattern about every text, both ways.
void compare(const std::vector<Seated>& patterns, const PatternDraft& draft,
             const std::vector<std::string>& texts, Tally& tally) {
    const PatternSets sets(draft);
    Scans scans(&sets);
    for (const std::string& text : texts) {
        for (const Seated& one : patterns) {
            const Where where = scans.where(one.seat, text);
            const bool candidate = !where.nowhere();
            const Match found = one.pattern.search(text);
            const bool same =
                one.pattern.search(text, where) == found &&
                one.pattern.count(text, 9, where).found == one.pattern.count(text, 9).found;
            if (!same && found != Match::cannot_tell) {
                std::ostringstream bytes;
                for (const unsigned char byte : text) bytes << std::hex << int{byte} << ' ';
                BOOST_ERROR(one.written << " is in \"" << text << "\" (" << bytes.str() << ")");
            }
            if (found == Match::yes) ++tally.yes;
            if (found == Match::yes && !where.anywhere) ++tally.placed;
            if (found != Match::no) continue;
            ++tally.no;
            if (!candidate) ++tally.spared;
        }
    }
}

void seat(const std::string& expression, const std::string& flags, PatternDraft& draft,
          std::vector<Seated>& patterns) {
    auto pattern = Pattern::compile(expression, flags);
    if (!pattern) return;
    const Seat seat = draft.add("text", *pattern);
    patterns.push_back({*std::move(pattern), seat, "/" + expression + "/" + flags});
}

AnyPattern without_alternatives(PatternMaker& maker) {
    for (;;) {
        AnyPattern made = maker.pattern();
        if (made.expression.find('|') == made.expression.npos) return made;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pattern_set_law)

BOOST_AUTO_TEST_CASE(a_set_never_says_no_where_pcre_says_yes) {
    Tally tally;
    int compiled = 0;
    int seated = 0;
    for (unsigned seed = 1; seed <= 120; ++seed) {
        PatternMaker maker(seed);
        PatternDraft draft;
        std::vector<Seated> patterns;
        std::vector<std::string> texts{"", maker.noise(300)};
        for (int i = 0; i < 40; ++i) {
            const AnyPattern made = maker.pattern();
            seat(made.expression, made.flags, draft, patterns);
            texts.push_back(maker.noise(4) + made.example + maker.noise(4));
        }
        compare(patterns, draft, texts, tally);
        compiled += static_cast<int>(patterns.size());
        for (const Seated& one : patterns) seated += one.seat.set >= 0;
    }
    BOOST_TEST_MESSAGE("patterns " << compiled << ", in sets " << seated << "; yes " << tally.yes
                                   << ", placed " << tally.placed << ", no " << tally.no
                                   << ", spared " << tally.spared);
    BOOST_TEST(compiled > 2000);
    BOOST_TEST(seated * 3 > compiled);
    BOOST_TEST(tally.placed > 500);
    BOOST_TEST(tally.yes > 5000);
    BOOST_TEST(tally.spared * 2 > tally.no);
}

// Words give expressions keys: whatever stands around them, and however they are spelled.
BOOST_AUTO_TEST_CASE(words_among_anything_are_never_missed) {
    const std::vector<std::string> words{"Kiosk", "kiosk", "\u212aio\u017fk",
                                         "étés",  "42-17", "жизнь"};
    Tally tally;
    for (unsigned seed = 1; seed <= 120; ++seed) {
        PatternMaker maker(1000 + seed);
        PatternDraft draft;
        std::vector<Seated> patterns;
        std::vector<std::string> texts{"", maker.noise(300)};
        for (int i = 0; i < 30; ++i) {
            const AnyPattern made = without_alternatives(maker);
            const bool before = maker.one_in(2);
            const std::string word = maker.any_of(words);
            seat(before ? made.expression + word : word + made.expression, made.flags, draft,
                 patterns);
            for (const std::string& spelling : {word, maker.any_of(words)})
                texts.push_back(maker.noise(4) + (before ? made.example : "") + spelling +
                                (before ? "" : made.example) + maker.noise(4));
        }
        compare(patterns, draft, texts, tally);
    }
    BOOST_TEST_MESSAGE("yes " << tally.yes << ", placed " << tally.placed << ", no " << tally.no
                              << ", spared " << tally.spared);
    BOOST_TEST(tally.yes > 1000);
    BOOST_TEST(tally.placed > 500);
    BOOST_TEST(tally.spared * 2 > tally.no);
}

BOOST_AUTO_TEST_CASE(phrases_are_never_missed) {
    Tally tally;
    PatternMaker maker(7);
    PatternDraft draft;
    std::vector<Seated> patterns;
    std::vector<std::string> texts;
    for (int i = 0; i < 200; ++i) {
        const std::string words = maker.noise(4);
        const Pattern phrase = Pattern::phrase(words);
        patterns.push_back({phrase, draft.add("text", phrase), "phrase " + words});
        texts.push_back(maker.noise(3) + words + maker.noise(3));
    }
    compare(patterns, draft, texts, tally);
    BOOST_TEST(tally.yes > 200);
    BOOST_TEST(tally.spared * 3 > tally.no);
}

BOOST_AUTO_TEST_CASE(patterns_written_by_others_are_never_missed) {
    const auto folder = shared_data();
    if (!folder) return;
    std::istringstream lines(
        output_of("xz -dc '" + (*folder / "patterns.jsonl.xz").string() + "'"));
    PatternDraft draft;
    std::vector<Seated> patterns;
    std::vector<std::string> texts;
    for (std::string line; std::getline(lines, line);) {
        const auto row = nlohmann::json::parse(line);
        std::string flags;
        for (const char flag : row["flags"].get<std::string>())
            if (std::string_view("ismx").find(flag) != std::string_view::npos) flags += flag;
        seat(row["pattern"], flags, draft, patterns);
        for (const char* list : {"should_match", "should_not_match"}) {
            if (!row.contains(list) || !row[list].is_array()) continue;
            for (const std::string text : row[list])
                if (text.size() < 2000) texts.push_back(text);
        }
    }
    Tally tally;
    if (texts.size() > 1500) texts.resize(1500);
    compare(patterns, draft, texts, tally);
    BOOST_TEST_MESSAGE("patterns " << patterns.size() << "; yes " << tally.yes << ", no "
                                   << tally.no << ", spared " << tally.spared);
    BOOST_TEST(patterns.size() > 350u);
    BOOST_TEST(tally.yes > 1000);
    BOOST_TEST(tally.spared * 10 > tally.no * 9);
}

BOOST_AUTO_TEST_SUITE_END()
