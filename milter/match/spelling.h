// Text cut into the tokens that word lists are made of, without regard to case.
//
// Pure, for any number of threads. For text as mail::readable() leaves it (NFKC, nothing
// invisible); any other bytes are cut as well, an ill-formed sequence being a sign of its own.
//
// A token is a run of word characters, one sign that is no word character, or one character of a
// script that puts no blanks between words. Word characters are letters, marks, numbers and "_": a
// boundary of tokens is therefore where Pattern::phrase() sees the edge of a word, and where UAX
// #29 sees one in text of letters and blanks; ideographs, kana and the scripts of South East Asia
// break after each character, as UAX #29 has it for want of a dictionary. White space is no token.
//
// Characters compare by full case folding (Unicode 15 section 5.18: "ß" is "ss", "ς" is "σ"); the
// decimal digits of all scripts are the European ones, all dashes "-" and all apostrophes "'".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mail/utf8.h"
#include "match/words.h"

namespace spillway::match {

enum class Role : std::uint8_t {
    blank,
    sign,    // neither white space nor part of a word
    letter,  // of words
    alone,   // a word of its own
    unseen,  // zero-width characters, which readable text has none of
};

struct Spelt {
    Role role = Role::sign;
    std::uint8_t letters = 1;
    std::array<char32_t, 3> folded{};  // the first `letters` of them; no folding is longer
};

// Of any code point; of U+FFFD for what is none.
Spelt spelt(char32_t character);

struct Token {
    std::uint64_t hash = no_letters;  // of the folded letters
    std::size_t begin = 0;            // bytes of the text
    std::size_t end = 0;
    Role role = Role::sign;  // sign, letter or alone
    bool after_blank = false;
};

// The folded text of a token: what two tokens that are the same have in common.
std::string spelling(std::string_view token);

struct AsciiSpelling {
    Role role;
    char folded;
};
inline constexpr std::array<AsciiSpelling, 128> ascii_spellings = [] {
    std::array<AsciiSpelling, 128> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        const bool upper = c >= 'A' && c <= 'Z';
        const bool word = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        const bool unseen = !blank && (c < ' ' || c == 0x7f);
        table[i].role = word     ? Role::letter
                        : blank  ? Role::blank
                        : unseen ? Role::unseen
                                 : Role::sign;
        table[i].folded = static_cast<char>(upper ? c - 'A' + 'a' : c == '`' ? '\'' : c);
    }
    return table;
}();

// Calls sink(const Token&) for each token in order, until it returns false.
template <typename Sink>
class Tokeniser {
  public:
    Tokeniser(std::string_view text, const Sink& sink) : text_(text), sink_(sink) {}

    void run() {
        std::size_t at = 0;
        while (at < text_.size() && going_on_) {
            const auto byte = static_cast<unsigned char>(text_[at]);
            if (byte < 0x80) {
                ascii(at++, ascii_spellings[byte]);
                continue;
            }
            const std::size_t begin = at;
            const std::int32_t c = mail::next_code_point(text_, at);
            other(begin, at, spelt(c < 0 ? char32_t{0xfffd} : static_cast<char32_t>(c)));
        }
        end_word(text_.size());
    }

  private:
    void ascii(std::size_t at, AsciiSpelling spelling) {
        if (spelling.role == Role::letter) {
            if (!in_word_) begin_word(at);
            word_.hash = with_letter(word_.hash, static_cast<unsigned char>(spelling.folded));
            return;
        }
        if (spelling.role == Role::unseen) return;
        end_word(at);
        if (spelling.role == Role::blank) {
            after_blank_ = true;
            return;
        }
        single(at, at + 1, Role::sign,
               with_letter(no_letters, static_cast<unsigned char>(spelling.folded)));
    }

    void other(std::size_t begin, std::size_t end, const Spelt& spelt) {
        if (spelt.role == Role::unseen) return;
        const bool letter = spelt.role == Role::letter;
        if (!letter) end_word(begin);
        if (spelt.role == Role::blank) {
            after_blank_ = true;
            return;
        }
        if (letter && !in_word_) begin_word(begin);
        std::uint64_t hash = letter ? word_.hash : no_letters;
        for (std::size_t i = 0; i < spelt.letters; ++i) hash = with_letter(hash, spelt.folded[i]);
        if (letter)
            word_.hash = hash;
        else
            single(begin, end, spelt.role, hash);
    }

    void begin_word(std::size_t at) {
        word_ = {no_letters, at, at, Role::letter, after_blank_};
        in_word_ = true;
        after_blank_ = false;
    }

    void end_word(std::size_t at) {
        if (!in_word_) return;
        in_word_ = false;
        word_.end = at;
        if (going_on_) going_on_ = sink_(static_cast<const Token&>(word_));
    }

    void single(std::size_t begin, std::size_t end, Role role, std::uint64_t hash) {
        const Token token{hash, begin, end, role, after_blank_};
        after_blank_ = false;
        if (going_on_) going_on_ = sink_(token);
    }

    const std::string_view text_;
    const Sink& sink_;
    Token word_;
    bool in_word_ = false;
    bool after_blank_ = false;
    bool going_on_ = true;
};

template <typename Sink>
void for_each_token(std::string_view text, const Sink& sink) {
    Tokeniser<Sink>(text, sink).run();
}

}  // namespace spillway::match
