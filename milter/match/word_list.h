// Lists of words and phrases, found all at once in one pass over a text.
//
// Filled by one thread, then immutable: any number of threads may look.
//
// A phrase is found as whole words (spelling.h says what a word is and which characters are the
// same), in its order, with any white space where it has some; a phrase that begins or ends with a
// sign ("C++", ".net") is not found where a word goes on at that end. Where phrases overlap, the
// one that begins first is found, of several beginning there the longest, and the search goes on
// behind it: "credit card number" is one occurrence even if "credit card" is in the list as well.
//
// How. Each token of the text is looked up by its hash; most are in no phrase and cost no more.
// From one that is, the list's trie of tokens is walked for as long as the text goes along. So the
// cost is that of one look-up a word, however many phrases there are, but for the processor's
// caches; against a list of phrases that repeat one word ("x x x x y") and a text of that word it
// is phrase_tokens of them. Measured with made-up words (word_list_bench), 100,000 phrases are
// loaded in 0.06 s and searched for at 60 MB/s a core, 1,000 at 250 MB/s; Hyperscan's literal sets
// took 9 s to compile the 100,000, did 16 MB/s, and find parts of words too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "match/occurrence.h"
#include "match/spelling.h"

namespace spillway::match {

inline constexpr std::size_t phrase_tokens = 64;  // of the longest phrase
inline constexpr std::int64_t heaviest_word = 1'000'000;

struct WordEntry {
    std::string phrase;
    std::int64_t weight = 1;  // 1 to heaviest_word
};

// A line of a word file: a phrase, perhaps "= WEIGHT", perhaps a comment from a "#" that begins the
// line or follows a blank. A phrase that holds "=" or such a "#" stands in double quotes, with \"
// and \\ in them. An empty phrase means that the line holds none.
tl::expected<WordEntry, std::string> parse_word_entry(std::string_view line);

// Hash table from 64 bits to 32, open addressing, at most half full. A byte of each key's hash is
// kept by itself: nearly all look-ups are of keys that are not here, and end in that small array.
class SmallIndex {
  public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t find(std::uint64_t key) const;
    // Of a key that is not in it; `value` is not none.
    void add(std::uint64_t key, std::uint32_t value);

  private:
    static constexpr std::size_t smallest = 16;
    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t value = none;
    };
    std::size_t slot_of(std::uint64_t key) const;
    void grow();

    std::vector<std::uint8_t> tags_ = std::vector<std::uint8_t>(smallest);  // 0: free
    std::vector<Slot> slots_ = std::vector<Slot>(smallest);
    std::size_t used_ = 0;
};

class WordList {
  public:
    // The reason when the phrase holds nothing to look for, is too long, or stands in the list with
    // another weight. The same phrase twice is one.
    tl::expected<void, std::string> add(const WordEntry& entry);

    // The values are the numbers of the phrases, in the order in which they were added.
    void scan(std::string_view readable_text, const OccurrenceSink& found) const;

    std::size_t size() const { return weights_.size(); }
    bool empty() const { return weights_.empty(); }

  private:
    friend class WordScan;

    // A place in the trie of tokens; `phrase` when one ends here.
    struct Node {
        std::uint32_t phrase = SmallIndex::none;
        bool goes_on = false;
    };
    // Small, as the look-up of a word waits for it.
    struct KnownToken {
        std::uint32_t text_begin = 0;  // of its spelling, in texts_
        std::uint32_t text_bytes = 0;
        std::uint32_t first_node = SmallIndex::none;  // of the phrases that begin with it
    };

    std::uint32_t known(const Token& token, std::string_view text) const;
    std::uint32_t learn(const Token& token, std::string_view text);
    bool begins_phrase(std::uint32_t token) const {
        return token != SmallIndex::none && tokens_[token].first_node != SmallIndex::none;
    }
    std::uint32_t next(std::uint32_t node, std::uint32_t token, bool after_blank) const;
    std::uint32_t grown(std::uint32_t node, std::uint32_t token, bool after_blank);
    std::uint32_t new_node();
    std::string_view text_of(std::uint32_t token) const {
        return std::string_view(texts_).substr(tokens_[token].text_begin,
                                               tokens_[token].text_bytes);
    }

    SmallIndex token_of_hash_;
    std::vector<KnownToken> tokens_;
    std::string texts_;
    SmallIndex edges_;
    std::vector<Node> nodes_;
    std::vector<std::int64_t> weights_;  // by phrase
};

}  // namespace spillway::match
