#include "match/word_list.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "mail/text.h"
#include "match/mix.h"

namespace spillway::match {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view without_comment(std::string_view text) {
    for (std::size_t at = text.find('#'); at != text.npos; at = text.find('#', at + 1)) {
        if (at == 0 || blanks.find(text[at - 1]) != blanks.npos) return text.substr(0, at);
    }
    return text;
}

using Weight = tl::expected<std::int64_t, std::string>;

// What follows a phrase: nothing, or "= WEIGHT".
Weight parse_weight(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return 1;
    if (text.front() != '=') {
        return tl::unexpected(fmt::format("expected \"=\" and a weight, got \"{}\"", text));
    }
    text = trimmed(text.substr(1));
    std::int64_t weight = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
    if (error != std::errc{} || end != text.data() + text.size() || weight < 1 ||
        weight > heaviest_word) {
        return tl::unexpected(
            fmt::format("expected a weight of 1 to {} after \"=\", got \"{}\"; a phrase with a "
                        "\"=\" stands in quotes",
                        heaviest_word, text));
    }
    return weight;
}

struct Quoted {
    std::string phrase;
    std::string_view rest;
};

// `line` begins with the quote.
tl::expected<Quoted, std::string> parse_quoted(std::string_view line) {
    Quoted quoted;
    for (std::size_t at = 1; at < line.size(); ++at) {
        if (line[at] == '"') {
            quoted.rest = line.substr(at + 1);
            return quoted;
        }
        const bool escape = line[at] == '\\' && at + 1 < line.size();
        if (escape) ++at;
        quoted.phrase += line[at];
    }
    return tl::unexpected(std::string("a quoted phrase without its closing quote"));
}

tl::expected<WordEntry, std::string> entry_of(std::string phrase, const Weight& weight) {
    if (!weight) return tl::unexpected(weight.error());
    return WordEntry{std::move(phrase), *weight};
}

}  // namespace

tl::expected<WordEntry, std::string> parse_word_entry(std::string_view line) {
    line = trimmed(line);
    if (line.starts_with('"')) {
        auto quoted = parse_quoted(line);
        if (!quoted) return tl::unexpected(quoted.error());
        return entry_of(std::move(quoted->phrase), parse_weight(without_comment(quoted->rest)));
    }
    line = trimmed(without_comment(line));
    if (line.empty()) return WordEntry{};
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string_view phrase = trimmed(line.substr(0, equals));
    if (phrase.empty()) return tl::unexpected(std::string("a weight without a phrase"));
    return entry_of(std::string(phrase), parse_weight(line.substr(equals)));
}

namespace {

std::uint8_t tag_of(std::uint64_t hash) { return static_cast<std::uint8_t>((hash >> 56) | 1); }

}  // namespace

// That of the key, or the free one where it belongs.
std::size_t SmallIndex::slot_of(std::uint64_t key) const {
    const std::uint64_t hash = mixed(key);
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (tags_[slot] != 0 && (tags_[slot] != tag_of(hash) || slots_[slot].key != key))
        slot = (slot + 1) & mask;
    return slot;
}

std::uint32_t SmallIndex::find(std::uint64_t key) const {
    const std::size_t slot = slot_of(key);
    return tags_[slot] == 0 ? none : slots_[slot].value;
}

void SmallIndex::add(std::uint64_t key, std::uint32_t value) {
    if (2 * ++used_ > slots_.size()) grow();
    const std::size_t slot = slot_of(key);
    tags_[slot] = tag_of(mixed(key));
    slots_[slot] = {key, value};
}

void SmallIndex::grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(2 * old.size(), {});
    tags_.assign(slots_.size(), 0);
    for (const Slot& one : old) {
        if (one.value == none) continue;
        const std::size_t slot = slot_of(one.key);
        tags_[slot] = tag_of(mixed(one.key));
        slots_[slot] = one;
    }
}

namespace {

// Whether a token is after a blank is part of the phrase: "e-mail" is not "e - mail".
std::uint64_t edge(std::uint32_t node, std::uint32_t token, bool after_blank) {
    return (std::uint64_t{node} << 32) | (std::uint64_t{token} << 1) | (after_blank ? 1 : 0);
}

}  // namespace

std::uint32_t WordList::next(std::uint32_t node, std::uint32_t token, bool after_blank) const {
    return edges_.find(edge(node, token, after_blank));
}

// The hash is anybody's to compute, so what it finds is compared.
std::uint32_t WordList::known(const Token& token, std::string_view text) const {
    const std::uint32_t id = token_of_hash_.find(token.hash);
    if (id == SmallIndex::none) return id;
    const std::string_view bytes = text.substr(token.begin, token.end - token.begin);
    if (text_of(id) == bytes) return id;
    return text_of(id) == spelling(bytes) ? id : SmallIndex::none;
}

// None for a token whose hash another one has.
std::uint32_t WordList::learn(const Token& token, std::string_view text) {
    const std::uint32_t id = known(token, text);
    if (id != SmallIndex::none) return id;
    if (token_of_hash_.find(token.hash) != SmallIndex::none) return SmallIndex::none;
    const std::string folded = spelling(text.substr(token.begin, token.end - token.begin));
    const auto added = static_cast<std::uint32_t>(tokens_.size());
    tokens_.push_back(
        {static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(folded.size())});
    texts_ += folded;
    token_of_hash_.add(token.hash, added);
    return added;
}

std::uint32_t WordList::new_node() {
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

// The node behind the token, made if there is none; behind the first token when `node` is none.
std::uint32_t WordList::grown(std::uint32_t node, std::uint32_t token, bool after_blank) {
    if (node == SmallIndex::none) {
        if (!begins_phrase(token)) tokens_[token].first_node = new_node();
        return tokens_[token].first_node;
    }
    std::uint32_t after = next(node, token, after_blank);
    if (after != SmallIndex::none) return after;
    after = new_node();
    nodes_[node].goes_on = true;
    edges_.add(edge(node, token, after_blank), after);
    return after;
}

tl::expected<void, std::string> WordList::add(const WordEntry& entry) {
    const std::string text = mail::readable(entry.phrase);
    std::vector<Token> tokens;
    for_each_token(text, [&](const Token& token) {
        tokens.push_back(token);
        return tokens.size() <= phrase_tokens;
    });
    if (tokens.empty()) return tl::unexpected(std::string("an empty phrase"));
    if (tokens.size() > phrase_tokens) {
        return tl::unexpected(
            fmt::format("a phrase of more than {} words and signs", phrase_tokens));
    }
    std::uint32_t node = SmallIndex::none;
    for (const Token& one : tokens) {
        const std::uint32_t token = learn(one, text);
        if (token == SmallIndex::none) {
            return tl::unexpected(
                fmt::format("\"{}\" cannot be told from another word of the list", entry.phrase));
        }
        node = grown(node, token, one.after_blank);
    }
    std::uint32_t& phrase = nodes_[node].phrase;
    if (phrase == SmallIndex::none) {
        phrase = static_cast<std::uint32_t>(weights_.size());
        weights_.push_back(entry.weight);
    } else if (weights_[phrase] != entry.weight) {
        return tl::unexpected(
            fmt::format("\"{}\" has the weight {} already", entry.phrase, weights_[phrase]));
    }
    return {};
}

// One pass through a text. Tokens wait from the first one that some phrase has until it is settled
// which phrase begins there, if any: at most phrase_tokens and the one behind them.
class WordScan {
  public:
    WordScan(const WordList& list, std::string_view text, const OccurrenceSink& found)
        : list_(list), text_(text), found_(found) {}

    bool token(const Token& token) {
        const std::uint32_t id = list_.known(token, text_);
        if (waiting_.empty() && !list_.begins_phrase(id)) {
            before_ = token.role;
            return true;
        }
        waiting_.push_back({token, id});
        if (id != SmallIndex::none && waiting_.size() - first_ <= phrase_tokens) return true;
        settle(id == SmallIndex::none ? waiting_.size() : first_ + 1);
        return going_on_;
    }

    void finish() { settle(waiting_.size()); }

  private:
    struct Waiting {
        Token token;
        std::uint32_t id;
    };

    // Until the waiting token at `end` is the first.
    void settle(std::size_t end) {
        while (first_ < end && going_on_) first_ += phrase_at_first();
        if (first_ < waiting_.size() && first_ < kept_tokens) return;
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }

    // How many tokens to go on by: those of the longest phrase that begins with the first token, or
    // that one.
    std::size_t phrase_at_first() {
        std::uint32_t phrase = SmallIndex::none;
        std::size_t tokens = 0;
        std::uint32_t node = first_node();
        for (std::size_t at = first_; node != SmallIndex::none; node = node_behind(node, ++at)) {
            if (list_.nodes_[node].phrase == SmallIndex::none || !may_end(at)) continue;
            phrase = list_.nodes_[node].phrase;
            tokens = at - first_ + 1;
        }
        if (tokens > 0) tell(phrase, tokens);
        tokens = std::max<std::size_t>(tokens, 1);
        before_ = waiting_[first_ + tokens - 1].token.role;
        return tokens;
    }

    // Behind the first waiting token; none where no phrase begins.
    std::uint32_t first_node() const {
        const auto& [token, id] = waiting_[first_];
        const bool may_begin =
            token.role != Role::sign || token.after_blank || before_ != Role::letter;
        return may_begin && list_.begins_phrase(id) ? list_.tokens_[id].first_node
                                                    : SmallIndex::none;
    }

    // From `node`, behind the waiting token at `at`; none where no phrase goes on so.
    std::uint32_t node_behind(std::uint32_t node, std::size_t at) const {
        if (!list_.nodes_[node].goes_on || at == waiting_.size()) return SmallIndex::none;
        const auto& [token, id] = waiting_[at];
        return id == SmallIndex::none ? id : list_.next(node, id, token.after_blank);
    }

    bool may_end(std::size_t last) const {
        if (waiting_[last].token.role != Role::sign || last + 1 == waiting_.size()) return true;
        const Token& behind = waiting_[last + 1].token;
        return behind.after_blank || behind.role != Role::letter;
    }

    void tell(std::uint32_t phrase, std::size_t tokens) {
        going_on_ = found_({waiting_[first_].token.begin, waiting_[first_ + tokens - 1].token.end,
                            phrase, list_.weights_[phrase]});
    }

    // Tokens already settled are moved away rarely, so that each is moved about once.
    static constexpr std::size_t kept_tokens = 4096;

    const WordList& list_;
    const std::string_view text_;
    const OccurrenceSink& found_;
    std::vector<Waiting> waiting_;
    std::size_t first_ = 0;      // of the waiting tokens, those before it being settled
    Role before_ = Role::blank;  // of the token before the first
    bool going_on_ = true;
};

void WordList::scan(std::string_view readable_text, const OccurrenceSink& found) const {
    if (empty()) return;
    WordScan scan(*this, readable_text, found);
    for_each_token(readable_text, [&](const Token& token) { return scan.token(token); });
    scan.finish();
}

}  // namespace spillway::match
