// Which texts are one mailing, whatever messages, users and aliases a list was split into.
//
// Pure functions of bytes, for any number of threads. The hashes are our own and the same on all
// machines and in all releases: they are kept for days and shared by daemons. Time is linear in the
// text, memory does not depend on it.
//
// What is hashed. A text is cut into words: letters (with what folding.h says of case, accents,
// look-alikes and invisible characters) between anything else; scripts without blanks have one
// letter a word. Punctuation and white space never matter, but for what begins and ends the things
// that differ from piece to piece of a mailing and are therefore left out:
//
//   - links, addresses, host names, decimals: whatever without blanks or brackets has "://" in it,
//     or a dot or an @ between two ASCII letters or digits;
//   - words with a digit in them: numbers, dates, tracking codes; and the names of months and days
//     of the week;
//   - greetings: lines of up to 6 words, the first one a usual greeting; of a longer line up to 6
//     words before the first comma, colon or exclamation mark;
//   - the recipients' names;
//   - quotes: lines that start with ">";
//   - a signature: all after a line "--" (RFC 3676 section 4.3, whose blank readable() takes away).
//
// When fewer than 3 words are left the subject is taken instead, read alike; when it has no more,
// both together with greetings, names, numbers, dates and links; and at last with quotes and
// signature.
//
// Why pairs, 32 and two thirds. Of a text with N pairs of neighbouring words each changed word
// spoils 2 (of triples 3), and two texts of a company under one footer as long as themselves share
// half. The vote has to stand between. Measured with generated texts, pairs (match_fingerprint_test
// prints these) / triples:
//
//     40 words, 2 of them changed in each message:   100 % / 81 % recognised
//     one word in 8 shuffled between 2 synonyms:    99.8 % / 93 % recognised
//     400 words under a footer of 400:              0.5 % / 0.3 % taken for one mailing
//
// 16 features with any vote fail either the changed words or the footer, because the spread of a
// vote shrinks with the root of their number; more than 32 cost a store more than they tell.
//
// What is not recognised, beyond more changes than that: a text hidden behind a "--" or ">" that
// readers do show; a dot or a digit in many of the words; words spelt letter by letter; random text
// half as long as the text itself, be it in an alternative part that readers do not show; a To
// field that calls the recipients by words of the text. Who knows the hash can search for words
// with small hashes that fill the sketch. And texts under a common footer twice as long as
// themselves are taken for one mailing in a third of cases, under one four times as long nearly
// always, unless a "--" stands before it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mail/address.h"

namespace spillway::match {

inline constexpr std::size_t features_of_text = 32;

// Shorter texts are compared as a whole: they have one feature, the hash of all their words.
inline constexpr std::size_t words_with_pairs = 9;

// The words that are left out because they name a recipient; those of one letter are not. A value
// of one thread while names are added.
class Names {
  public:
    // The words of its local part, without digits, and the labels of its domain but the last one
    // ("it", "at" and "me" are words of texts).
    void add_address(const mail::Address& address);
    // Or a whole To field as it is decoded; the addresses in it are passed over.
    void add_display_name(std::string_view name);

    bool hold(std::uint64_t word) const { return !words_.empty() && words_.contains(word); }

  private:
    void add_words(std::string_view text);

    std::unordered_set<std::uint64_t> words_;
};

// The up to 32 smallest 64-bit hashes of the pairs of neighbouring words; sorted, distinct, never
// none (a message without any letter has the feature of nothing). `subject` as decoded_value gives
// it, `text` the part of read_text's that readers show.
std::vector<std::uint64_t> text_features(std::string_view subject, std::string_view text,
                                         const Names& names);

// How many of `features` must be another text's too: two thirds, and 8 at the least or all.
constexpr std::size_t features_needed(std::size_t features) {
    return std::max((2 * features + 2) / 3, std::min<std::size_t>(features, 8));
}

// The vote, on sorted features; the longer text's number counts. A store whose index does not know
// how many features a known mailing has may go by the message's alone: then a text of some ten
// words is also taken for a longer one that holds it word for word.
bool one_mailing(const std::vector<std::uint64_t>& features,
                 const std::vector<std::uint64_t>& known);

}  // namespace spillway::match
