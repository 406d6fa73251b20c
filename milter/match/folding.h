// One character as the comparison of texts sees it: without case, accents and disguise.
//
// Pure, for any number of threads. The answers follow the Unicode character database, whose
// properties used here are stable for assigned characters (Unicode stability policies); a character
// that a newer ICU is the first to know changes from a gap into a letter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::match {

struct Folded {
    enum class Kind : std::uint8_t {
        gap,     // punctuation, symbols, white space: ends a word
        unseen,  // vanishes within a word: apostrophes, zero-width characters, accents by
                 // themselves
        letter,  // also marks that make a syllable with a letter, as in Devanagari
        digit,
        alone,  // a word of its own: scripts that put no blanks between words
    };
    Kind kind;
    char32_t letter;
};

// After NFKC, that is of text as mail::readable leaves it. Case is folded; Latin, Greek and
// Cyrillic letters lose their accents; Cyrillic, Greek and IPA letters that look like a Latin one
// (the capital or, failing that, the small letter) become that letter, whatever their neighbours
// are: who compares folded texts needs no true spelling.
Folded folded(char32_t character);

// A whole text so: letters folded, digits of all scripts as ASCII ones, gaps and apostrophes as
// they are, what else is unseen gone.
std::string folded_text(std::string_view text);

}  // namespace spillway::match
