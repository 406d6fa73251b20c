#include "match/shadow.h"

#include <set>
#include <vector>

#include <unicode/uchar.h>
#include <boost/test/unit_test.hpp>

#include "mail/utf8.h"
#include "match/pattern.h"

using namespace spillway;
using namespace spillway::match;

namespace {

constexpr std::int32_t end_of_unicode = 0x110000;

bool is_surrogate(std::int32_t c) { return c >= 0xd800 && c < 0xe000; }

std::string utf8(std::int32_t c) {
    std::string text;
    mail::append_utf8(text, static_cast<std::uint32_t>(c));
    return text;
}

// The characters that PCRE2 finds the expression in, of those beyond ASCII.
std::set<std::int32_t> members(std::string_view expression) {
    const Pattern pattern = Pattern::compile(expression, "").value();
    std::set<std::int32_t> found;
    constexpr std::int32_t block = 0x40;  // most blocks have none
    for (std::int32_t begin = 0x80; begin < end_of_unicode; begin += block) {
        std::string text;
        for (std::int32_t c = begin; c < begin + block; ++c)
            if (!is_surrogate(c)) text += utf8(c);
        if (pattern.search(text) == Match::no) continue;
        for (std::int32_t c = begin; c < begin + block; ++c)
            if (!is_surrogate(c) && pattern.search(utf8(c)) == Match::yes) found.insert(c);
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shadow)

BOOST_AUTO_TEST_CASE(ascii_is_its_own_shadow) {
    std::string all;
    for (char c = 0; c < 0x7f; ++c) all += c;
    BOOST_TEST(shadow_of(all) == all);
    BOOST_TEST(shadow_of("") == "");
}

BOOST_AUTO_TEST_CASE(a_character_is_one_byte) {
    BOOST_TEST(shadow_of("aéb中c😀").size() == 6u);
    BOOST_TEST(shadow_of("\u212a\u017f") == "ks");
    BOOST_TEST(shadow_of("٣\u00a0\u0378") == "\x80\x81\x82");
    BOOST_TEST(shadow_of("Жук") == shadow_of("жУК"));
}

BOOST_AUTO_TEST_CASE(after_bytes_that_are_no_text_no_character_is_lost) {
    const std::string e = shadow_of("é");
    for (const char* broken :
         {"\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0"}) {
        const std::string shadow = shadow_of(std::string(broken) + "aé");
        BOOST_TEST(shadow.ends_with("a" + e), broken);
        for (const char c : shadow.substr(0, shadow.size() - 2)) BOOST_TEST((c & 0x80) != 0);
    }
}

// What \d and \s find has the shadows that stand for them; else a pattern with one could be missed.
BOOST_AUTO_TEST_CASE(digits_and_spaces_are_those_of_pcre) {
    const auto wrong = [](std::string_view expression, unsigned char shadow) {
        int count = 0;
        const auto found = members(expression);
        BOOST_TEST(found.size() > 10u);
        for (const std::int32_t c : found)
            count += shadow_of(c) != shadow && shadow_of(c) != shadow_of_unknown;
        return count;
    };
    BOOST_TEST(wrong("\\d", shadow_of_digits) == 0);
    BOOST_TEST(wrong("\\s", shadow_of_spaces) == 0);
    BOOST_TEST(wrong("\\h", shadow_of_spaces) == 0);
}

BOOST_AUTO_TEST_CASE(no_word_character_has_the_shadow_of_spaces) {
    int count = 0;
    for (const std::int32_t c : members("\\w")) count += shadow_of(c) == shadow_of_spaces;
    BOOST_TEST(count == 0);
}

// Every character that has another case at all, held against every other: whom PCRE2 takes for the
// same without regard to case, has the same shadow.
BOOST_AUTO_TEST_CASE(cases_of_a_character_share_a_shadow) {
    std::vector<std::int32_t> cased;
    std::string text;
    for (std::int32_t c = 0x80; c < end_of_unicode; ++c) {
        if (is_surrogate(c)) continue;
        const bool has_case = u_hasBinaryProperty(c, UCHAR_CASED) != 0 ||
                              u_hasBinaryProperty(c, UCHAR_CASE_SENSITIVE) != 0 ||
                              u_hasBinaryProperty(c, UCHAR_CHANGES_WHEN_CASEMAPPED) != 0;
        if (!has_case) continue;
        cased.push_back(c);
        text += utf8(c);
    }
    BOOST_TEST(cased.size() > 4000u);
    int apart = 0;
    for (const std::int32_t c : cased) {
        const Pattern pattern = Pattern::compile(utf8(c), "i").value();
        if (pattern.count(text, 2).found < 2 && shadow_of(c) >= 0x80) continue;
        for (const std::int32_t other : cased) {
            if (shadow_of(other) == shadow_of(c)) continue;
            apart += pattern.search(utf8(other)) == Match::yes;
        }
    }
    BOOST_TEST(apart == 0);
    for (char ascii = 'a'; ascii <= 'z'; ++ascii) {
        const Pattern letter = Pattern::compile(std::string(1, ascii), "i").value();
        for (const std::int32_t c : cased)
            if (letter.search(utf8(c)) == Match::yes) BOOST_TEST(shadow_of(c) == ascii);
    }
}

BOOST_AUTO_TEST_SUITE_END()
