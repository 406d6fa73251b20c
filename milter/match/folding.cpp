#include "match/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <array>

#include "mail/utf8.h"

namespace spillway::match {
namespace {

using enum Folded::Kind;

struct LookAlike {
    char32_t letter;
    char latin;
};

// After case folding and without accents. Unicode Technical Standard 39 lists many more; these are
// what a keyboard for another script, or a tool that writes "Pаypal" with a Cyrillic a, offers.
constexpr LookAlike look_alikes[] = {
    {U'а', 'a'}, {U'в', 'b'}, {U'с', 'c'}, {U'ԁ', 'd'}, {U'е', 'e'}, {U'г', 'r'}, {U'һ', 'h'},
    {U'н', 'h'}, {U'і', 'i'}, {U'ј', 'j'}, {U'к', 'k'}, {U'ӏ', 'l'}, {U'м', 'm'}, {U'о', 'o'},
    {U'р', 'p'}, {U'ԛ', 'q'}, {U'ѕ', 's'}, {U'т', 't'}, {U'ѵ', 'v'}, {U'ԝ', 'w'}, {U'х', 'x'},
    {U'у', 'y'}, {U'ү', 'y'}, {U'α', 'a'}, {U'β', 'b'}, {U'ϲ', 'c'}, {U'ε', 'e'}, {U'η', 'h'},
    {U'ι', 'i'}, {U'ϳ', 'j'}, {U'κ', 'k'}, {U'μ', 'm'}, {U'ν', 'n'}, {U'ο', 'o'}, {U'ρ', 'p'},
    {U'τ', 't'}, {U'υ', 'y'}, {U'χ', 'x'}, {U'ζ', 'z'}, {U'ɑ', 'a'}, {U'ɡ', 'g'}, {U'ı', 'i'},
    {U'ɩ', 'i'}, {U'ո', 'n'}, {U'օ', 'o'}, {U'ս', 'u'},
};

// The blocks of accents that stand by themselves, after or over a letter.
bool is_accent(char32_t c) {
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) ||
           (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff);
}

// Thai to Tibetan, Myanmar, Khmer, kana, ideographs.
bool stands_alone(char32_t c) {
    return (c >= 0xe00 && c <= 0x109f) || (c >= 0x1780 && c <= 0x17ff) ||
           (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

bool is_apostrophe(char32_t c) {
    return c == U'\'' || c == U'`' || c == U'\u2018' || c == U'\u2019' || c == U'\u02bc';
}

Folded::Kind kind_of(char32_t character) {
    const auto c = static_cast<UChar32>(character);
    if (is_accent(character) || is_apostrophe(character)) return unseen;
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return unseen;
    if (u_isdigit(c)) return digit;
    const bool in_words = u_isUAlphabetic(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
    if (!in_words) return gap;
    return stands_alone(character) ? alone : letter;
}

// The letter under its accents; the letter itself when something else is joined to it.
char32_t without_accents(char32_t character) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
    icu::UnicodeString parts;
    if (U_FAILURE(status) || !nfd->getDecomposition(static_cast<UChar32>(character), parts))
        return character;
    for (std::int32_t at = parts.moveIndex32(0, 1); at < parts.length(); ++at)
        if (!is_accent(parts.char32At(at))) return character;
    return static_cast<char32_t>(parts.char32At(0));
}

char32_t case_folded(char32_t character) {
    return static_cast<char32_t>(u_foldCase(static_cast<UChar32>(character), U_FOLD_CASE_DEFAULT));
}

char32_t undisguised(char32_t character) {
    const char32_t plain = case_folded(without_accents(character));
    for (const LookAlike& like : look_alikes)
        if (like.letter == plain) return static_cast<char32_t>(like.latin);
    return plain;
}

// Latin, Greek, Cyrillic and all other scripts up to Greek Extended: the alphabets with accents,
// and what a text of a language is mostly made of.
constexpr std::size_t tabulated = 0x2000;

std::array<Folded, tabulated> alphabets() {
    std::array<Folded, tabulated> table{};
    for (char32_t c = 0; c < tabulated; ++c) {
        const Folded::Kind kind = kind_of(c);
        table[c] = {kind, kind == letter ? undisguised(c) : c};
    }
    return table;
}

}  // namespace

Folded folded(char32_t character) {
    static const std::array<Folded, tabulated> table = alphabets();
    if (character < tabulated) return table[character];
    return {kind_of(character), case_folded(character)};
}

std::string folded_text(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const std::int32_t c = mail::next_code_point(text, at);
        if (c < 0) {
            result.append(text, begin, at - begin);
            continue;
        }
        const Folded fold = folded(static_cast<char32_t>(c));
        if (fold.kind == letter)
            mail::append_utf8(result, fold.letter);
        else if (fold.kind == digit)
            mail::append_utf8(result, '0' + static_cast<std::uint32_t>(u_charDigitValue(c)));
        else if (fold.kind != unseen || is_apostrophe(static_cast<char32_t>(c)))
            result.append(text, begin, at - begin);
    }
    return result;
}

}  // namespace spillway::match
