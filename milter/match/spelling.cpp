#include "match/spelling.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include "match/folding.h"

namespace spillway::match {
namespace {

bool is_apostrophe(char32_t c) {
    return c == U'\'' || c == U'`' || c == U'\u2018' || c == U'\u2019' || c == U'\u02bc';
}

bool is_dash(UChar32 c) { return u_charType(c) == U_DASH_PUNCTUATION || c == 0x2212; }

bool is_word_character(UChar32 c) {
    constexpr std::uint32_t word = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK;
    return c == '_' || (U_GET_GC_MASK(c) & word) != 0;
}

Role role_of(UChar32 c) {
    if (u_isUWhiteSpace(c)) return Role::blank;
    if (u_iscntrl(c) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return Role::unseen;
    if (!is_word_character(c)) return Role::sign;
    // A digit of Thai or Khmer goes on with its number.
    const bool alone = folded(static_cast<char32_t>(c)).kind == Folded::Kind::alone;
    return alone && !u_isdigit(c) ? Role::alone : Role::letter;
}

// ICU folds strings of UTF-16 only, which for one character is two units in and six out.
void fold(UChar32 c, Spelt& spelt) {
    std::array<UChar, 2> from{};
    std::array<UChar, 8> to{};
    std::int32_t length = 0;
    U16_APPEND_UNSAFE(from.data(), length, c);
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t folded = u_strFoldCase(to.data(), static_cast<std::int32_t>(to.size()),
                                              from.data(), length, U_FOLD_CASE_DEFAULT, &status);
    spelt.letters = 0;
    for (std::int32_t at = 0; at < folded && spelt.letters < spelt.folded.size();) {
        UChar32 letter = 0;
        U16_NEXT(to.data(), at, folded, letter);
        spelt.folded[spelt.letters++] = static_cast<char32_t>(letter);
    }
}

Spelt looked_up(char32_t character) {
    const auto c = static_cast<UChar32>(character);
    if (is_apostrophe(character)) return {Role::sign, 1, {U'\''}};
    if (is_dash(c)) return {Role::sign, 1, {U'-'}};
    Spelt spelt{role_of(c), 1, {character}};
    if (u_isdigit(c)) {
        spelt.folded[0] = static_cast<char32_t>(U'0' + u_charDigitValue(c));
    } else if (u_hasBinaryProperty(c, UCHAR_CHANGES_WHEN_CASEFOLDED)) {
        fold(c, spelt);
    }
    return spelt;
}

// All alphabets in common use; other characters are looked up one by one.
constexpr std::size_t tabulated = 0x2000;

std::array<Spelt, tabulated> alphabets() {
    std::array<Spelt, tabulated> table{};
    for (char32_t c = 0; c < tabulated; ++c) table[c] = looked_up(c);
    return table;
}

}  // namespace

Spelt spelt(char32_t character) {
    static const std::array<Spelt, tabulated> table = alphabets();
    return character < tabulated ? table[character] : looked_up(character);
}

std::string spelling(std::string_view token) {
    std::string folded;
    folded.reserve(token.size());
    for (std::size_t at = 0; at < token.size();) {
        const std::int32_t c = mail::next_code_point(token, at);
        const Spelt one = spelt(c < 0 ? char32_t{0xfffd} : static_cast<char32_t>(c));
        if (one.role == Role::unseen) continue;
        for (std::size_t i = 0; i < one.letters; ++i) mail::append_utf8(folded, one.folded[i]);
    }
    return folded;
}

}  // namespace spillway::match
