#include "match/word_list.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <random>

#include <boost/test/unit_test.hpp>

#include "mail/text.h"
#include "match/pattern.h"

using namespace spillway::match;

namespace {

WordList list_of(const std::vector<std::string>& phrases) {
    WordList list;
    for (const auto& phrase : phrases) BOOST_REQUIRE(list.add({phrase}));
    return list;
}

std::vector<std::string> found_in(const WordList& list, std::string_view text) {
    std::vector<std::string> found;
    list.scan(text, [&](const Occurrence& one) {
        found.emplace_back(text.substr(one.begin, one.end - one.begin));
        return true;
    });
    return found;
}

using Texts = std::vector<std::string>;

std::string mistake(std::string_view line) {
    const auto entry = parse_word_entry(line);
    return entry ? "" : entry.error();
}

// What the list must find, said without tokens, hashes or tries: every stretch of the text is held
// against every phrase.
class Oracle {
  public:
    explicit Oracle(const Texts& phrases) {
        for (const auto& phrase : phrases) phrases_.push_back(same(icu_text(phrase)));
    }

    Texts found_in(const std::string& utf8) const {
        const icu::UnicodeString text = icu_text(utf8);
        Texts found;
        for (std::int32_t begin = 0; begin < text.length();) {
            const std::int32_t end = longest_at(text, begin);
            if (end > begin) {
                std::string one;
                text.tempSubStringBetween(begin, end).toUTF8String(one);
                found.push_back(one);
            }
            begin = end > begin ? end : text.moveIndex32(begin, 1);
        }
        return found;
    }

  private:
    static icu::UnicodeString icu_text(const std::string& utf8) {
        return icu::UnicodeString::fromUTF8(utf8);
    }

    // Folded, with one blank for any white space.
    static icu::UnicodeString same(icu::UnicodeString text) {
        icu::UnicodeString out;
        text.foldCase();
        for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
            const UChar32 c = text.char32At(at);
            if (!u_isUWhiteSpace(c)) {
                out.append(c == 0x2014 ? UChar32{'-'} : c == 0x2019 ? UChar32{'\''} : c);
            } else if (!out.endsWith(icu::UnicodeString(u" "))) {
                out.append(u' ');
            }
        }
        return out;
    }

    static bool in_word(UChar32 c) {
        const auto mask = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK;
        return (U_GET_GC_MASK(c) & mask) != 0 || c == '_';
    }

    static bool ideograph(UChar32 c) { return c >= 0x4e00 && c <= 0x9fff; }

    // Nothing but a word goes on from one word character to the next.
    static bool edge(const icu::UnicodeString& text, std::int32_t at, bool sign_counts) {
        if (at == 0 || at == text.length()) return true;
        const UChar32 before = text.char32At(text.moveIndex32(at, -1));
        const UChar32 after = text.char32At(at);
        if (in_word(before) && in_word(after)) return ideograph(before) || ideograph(after);
        // Of a sign at the phrase's own edge: no word may stand at its other side.
        const UChar32 other = sign_counts ? before : after;
        const UChar32 own = sign_counts ? after : before;
        return in_word(own) || !in_word(other) || ideograph(other);
    }

    std::int32_t longest_at(const icu::UnicodeString& text, std::int32_t begin) const {
        if (u_isUWhiteSpace(text.char32At(begin)) || !edge(text, begin, true)) return begin;
        std::int32_t longest = begin;
        for (std::int32_t end = begin; end < text.length();) {
            end = text.moveIndex32(end, 1);
            const icu::UnicodeString one = same(text.tempSubStringBetween(begin, end));
            const bool listed = std::find(phrases_.begin(), phrases_.end(), one) != phrases_.end();
            if (listed && edge(text, end, false)) longest = end;
            if (one.length() > 40) break;
        }
        return longest;
    }

    std::vector<icu::UnicodeString> phrases_;
};

const Texts odd_letters{"a", "a",  "b", "B", "A",  "c",  " ", " ", " ", "\n", "-", ".", "_",
                        "ß", "ss", "σ", "Σ", "漢", "字", "é", "É", "7", "—",  "’", "'"};

std::string odd_text(std::mt19937& dice, std::size_t letters) {
    std::string text;
    for (std::size_t i = 0; i < letters; ++i) text += odd_letters[dice() % odd_letters.size()];
    return spillway::mail::readable(text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(word_list)

BOOST_AUTO_TEST_CASE(a_line_is_a_phrase_with_perhaps_a_weight_and_a_comment) {
    const auto entry = [](std::string_view line) {
        const auto parsed = parse_word_entry(line);
        BOOST_REQUIRE_MESSAGE(parsed, parsed.error());
        return parsed->phrase + "|" + std::to_string(parsed->weight);
    };
    BOOST_TEST(entry("diabetes") == "diabetes|1");
    BOOST_TEST(entry("  high blood pressure\t= 5 # heavy") == "high blood pressure|5");
    BOOST_TEST(entry("x=5\r") == "x|5");
    BOOST_TEST(entry("C# is not a comment") == "C# is not a comment|1");
    BOOST_TEST(entry("\"e = mc2 # \\\"quoted\\\" \\\\\" = 7") == "e = mc2 # \"quoted\" \\|7");
    BOOST_TEST(entry("# only a comment") == "|1");
    BOOST_TEST(entry("   ") == "|1");
    BOOST_TEST(entry("heavy = 1000000") == "heavy|1000000");
}

BOOST_AUTO_TEST_CASE(what_a_line_cannot_mean_is_said) {
    BOOST_TEST(mistake("x = five") ==
               "expected a weight of 1 to 1000000 after \"=\", got \"five\"; a phrase with a \"=\" "
               "stands in quotes");
    for (const char* line :
         {"x =", "x = 0", "x = -1", "x = 1000001", "x = 5 5", "x = 99999999999999999999"})
        BOOST_TEST(mistake(line).starts_with("expected a weight"), line);
    BOOST_TEST(mistake("= 5") == "a weight without a phrase");
    BOOST_TEST(mistake("\"x") == "a quoted phrase without its closing quote");
    BOOST_TEST(mistake("\"x\" y") == "expected \"=\" and a weight, got \"y\"");
}

BOOST_AUTO_TEST_CASE(words_are_whole_and_case_says_nothing) {
    const WordList list = list_of({"Diabetes", "high blood pressure", "Straße", "ΟΔΟΣ"});
    BOOST_TEST(found_in(list, "DIABETES, diabetes-2 and prediabetes diabetesx diabetes_2") ==
               (Texts{"DIABETES", "diabetes"}));
    BOOST_TEST(found_in(list, "High\nblood  PRESSURE; high bloodpressure") ==
               (Texts{"High\nblood  PRESSURE"}));
    BOOST_TEST(found_in(list, "STRASSE straße") == (Texts{"STRASSE", "straße"}));
    BOOST_TEST(found_in(list, "οδος οδοσ") == (Texts{"οδος", "οδοσ"}));
    BOOST_TEST(found_in(list, "").empty());
    BOOST_TEST(found_in(WordList(), "diabetes").empty());
}

BOOST_AUTO_TEST_CASE(of_overlapping_phrases_the_first_and_longest_is_found) {
    const WordList list =
        list_of({"card", "credit card", "credit card number", "number of cards", "a b c d", "b c"});
    BOOST_TEST(found_in(list, "credit card number of cards") == (Texts{"credit card number"}));
    BOOST_TEST(found_in(list, "credit card of card") == (Texts{"credit card", "card"}));
    BOOST_TEST(found_in(list, "a b c x") == (Texts{"b c"}));
    BOOST_TEST(found_in(list, "a b c d b c") == (Texts{"a b c d", "b c"}));
    BOOST_TEST(found_in(list, "credit credit card") == (Texts{"credit card"}));
}

BOOST_AUTO_TEST_CASE(a_sign_at_the_edge_of_a_phrase_stands_beside_no_word) {
    const WordList list = list_of({".net", "C++", "e-mail", "$$$"});
    BOOST_TEST(found_in(list, "asp.net .net .NET2 (.net)") == (Texts{".net", ".net"}));
    BOOST_TEST(found_in(list, "C++ c++11 c++.") == (Texts{"C++", "c++"}));
    BOOST_TEST(found_in(list, "E-Mail e — mail e—mail") == (Texts{"E-Mail", "e—mail"}));
    BOOST_TEST(found_in(list, "win $$$ $$$$") == (Texts{"$$$", "$$$"}));
}

BOOST_AUTO_TEST_CASE(scripts_without_blanks_are_searched_within) {
    const WordList list = list_of({"赌博", "คาสิโน", "カジノ", "bank"});
    BOOST_TEST(found_in(list, "网上赌博网站") == (Texts{"赌博"}));
    BOOST_TEST(found_in(list, "เล่นคาสิโนออนไลน์") == (Texts{"คาสิโน"}));
    BOOST_TEST(found_in(list, "オンラインカジノです") == (Texts{"カジノ"}));
    BOOST_TEST(found_in(list, "中国bank银行 banks") == (Texts{"bank"}));
}

BOOST_AUTO_TEST_CASE(a_phrase_is_read_as_texts_are) {
    const WordList list = list_of({"ﬁne\u00a0print", "so\u00adft", "٢٠٢٦"});
    BOOST_TEST(found_in(list, "FINE PRINT soft 2026") == (Texts{"FINE PRINT", "soft", "2026"}));
}

BOOST_AUTO_TEST_CASE(a_list_refuses_what_it_could_not_find) {
    WordList list;
    BOOST_TEST(list.add({"twice", 2}).has_value());
    BOOST_TEST(list.add({"TWICE", 2}).has_value());
    BOOST_TEST(list.size() == 1);
    BOOST_TEST(list.add({"Twice", 3}).error() == "\"Twice\" has the weight 2 already");
    BOOST_TEST(list.add({"\u200b"}).error() == "an empty phrase");
    std::string longest;
    for (std::size_t i = 0; i < phrase_tokens; ++i) longest += "x ";
    BOOST_TEST(list.add({longest}).has_value());
    BOOST_TEST(list.add({longest + "x"}).error() == "a phrase of more than 64 words and signs");
    BOOST_TEST(found_in(list, longest + longest + "x").size() == 2);
}

BOOST_AUTO_TEST_CASE(occurrences_carry_the_phrase_and_its_weight_until_enough) {
    WordList list;
    BOOST_REQUIRE(list.add({"a", 3}));
    BOOST_REQUIRE(list.add({"b c", 7}));
    std::vector<std::int64_t> weights;
    std::vector<std::uint64_t> phrases;
    list.scan("B  C a b c", [&](const Occurrence& one) {
        weights.push_back(one.weight);
        phrases.push_back(one.value);
        return weights.size() < 2;
    });
    BOOST_TEST(weights == (std::vector<std::int64_t>{7, 3}));
    BOOST_TEST(phrases == (std::vector<std::uint64_t>{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_list_finds_what_a_slow_search_finds) {
    std::mt19937 dice(20261123);
    std::size_t found = 0;
    for (int round = 0; round < 3000; ++round) {
        Texts phrases;
        for (std::size_t i = 0; i < 1 + dice() % 6; ++i) {
            const std::string phrase = odd_text(dice, 1 + dice() % 5);
            if (phrase.find_first_not_of(" \n") == std::string::npos) continue;
            phrases.push_back(phrase.substr(
                phrase.find_first_not_of(" \n"),
                phrase.find_last_not_of(" \n") + 1 - phrase.find_first_not_of(" \n")));
        }
        const std::string text = odd_text(dice, 60);
        const Texts expected = Oracle(phrases).found_in(text);
        const Texts got = found_in(list_of(phrases), text);
        BOOST_REQUIRE_MESSAGE(got == expected, "round " << round << " text: " << text);
        found += got.size();
    }
    BOOST_TEST(found > 2000);
}

BOOST_AUTO_TEST_CASE(a_phrase_is_found_where_a_pattern_of_it_is) {
    std::mt19937 dice(4);
    const std::string letters = "aaabB  -._\n";
    const auto text_of = [&](std::size_t size) {
        std::string text;
        while (text.size() < size) text += letters[dice() % letters.size()];
        return spillway::mail::readable(text);
    };
    std::int64_t found = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::string phrase = text_of(1 + dice() % 4);
        const std::string text = text_of(80);
        if (phrase.find_first_not_of(" \n") == std::string::npos) continue;
        const auto expected = Pattern::phrase(phrase).count(text, 1000).found;
        const auto got = static_cast<std::int64_t>(found_in(list_of({phrase}), text).size());
        BOOST_REQUIRE_MESSAGE(got == expected, "\"" << phrase << "\" in: " << text);
        found += got;
    }
    BOOST_TEST(found > 3000);
}

BOOST_AUTO_TEST_CASE(a_long_run_of_listed_words_is_settled_as_it_goes) {
    const WordList list = list_of({"x", "x x x y"});
    std::string text;
    for (int i = 0; i < 20000; ++i) text += "x ";
    BOOST_TEST(found_in(list, text).size() == 20000);
    BOOST_TEST(found_in(list, text + "y").size() == 19998);
}

BOOST_AUTO_TEST_SUITE_END()
