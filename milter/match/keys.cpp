#include "match/keys.h"

#include <algorithm>
#include <array>
#include <optional>

#include "match/rarity.h"

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;
using Keys = std::vector<Key>;

// Engines for literals look at eight bytes at once; what is longer makes a key rarer only.
constexpr std::size_t longest_key = 16;
constexpr std::size_t shortest_key = 3;
constexpr std::size_t most_spellings = 16;  // of texts put together from choices
constexpr std::size_t most_keys = 300;      // of one expression

constexpr double rare_enough = 12;         // bits: a dozen false finds in 50 kB
constexpr double as_good_as_any = 80;      // bits: rarer ones are no better
constexpr double price_of_key = 0.25;      // bits
constexpr double price_of_reach = 0.02;    // bits a character: more places to ask PCRE2 about
constexpr double price_of_any_reach = 40;  // bits: tells that there may be a match, not where

bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }

// Short texts are words or parts of words more often than their letters are frequent.
constexpr std::array<double, 3> price_of_shortness{5, 3, 1.5};  // bits, from the shortest on

double key_bits(const Key& key) {
    if (key.text.size() < shortest_key) return 0;
    const std::size_t longer = key.text.size() - shortest_key;
    double bits = longer < price_of_shortness.size() ? -price_of_shortness[longer] : 0;
    bits += boundary_bits * (key.from_boundary + key.to_boundary);
    return bits + bits_of(std::string_view(key.text));
}

double any_key_bits(const Keys& keys) {
    AnyOf any;
    for (const Key& key : keys) any.add(key_bits(key));
    return any.bits();
}

// Some keys of which one is in every match.
struct Choice {
    Keys keys;
    double bits = 0;

    double worth() const {
        constexpr double useless = -1e6;
        if (keys.empty()) return useless;
        if (bits < rare_enough) return useless + bits;
        const unsigned reach = std::ranges::max_element(keys, {}, &Key::reach)->reach;
        return std::min(bits, as_good_as_any) - price_of_key * static_cast<double>(keys.size()) -
               std::min(reach * price_of_reach, price_of_any_reach);
    }
};

Choice choice_of(Keys keys) {
    const double bits = any_key_bits(keys);
    return {std::move(keys), bits};
}

void keep_better(Choice& best, Choice other) {
    if (other.worth() > best.worth()) best = std::move(other);
}

// Characters of a match; no limit is no limit.
unsigned together(unsigned left, unsigned right) {
    return left > Outlined::no_end - right ? Outlined::no_end : left + right;
}

Choice behind(unsigned characters, Choice choice) {
    for (Key& key : choice.keys) key.reach = together(key.reach, characters);
    return choice;
}

void make_unique(Keys& keys) {
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

// A boundary by itself is a text without a character that begins and ends at it; boundaries within
// a text are forgotten.
Key joined(const Key& left, const Key& right) {
    return {left.text + right.text, left.caseless,
            left.from_boundary || (left.text.empty() && right.from_boundary),
            right.to_boundary || (right.text.empty() && left.to_boundary), 0};
}

// nullopt when there would be too many, or when they are too long.
std::optional<Keys> joined(const Keys& left, const Keys& right) {
    if (left.size() * right.size() > most_spellings) return std::nullopt;
    Keys all;
    for (const Key& first : left) {
        for (const Key& second : right) {
            if (first.text.size() + second.text.size() > longest_key) return std::nullopt;
            all.push_back(joined(first, second));
        }
    }
    make_unique(all);
    return all;
}

// Reads a tree; each function is of one node and those below it.
class Reader {
  public:
    explicit Reader(bool caseless) : caseless_(caseless) {}

    // All that the node may be, when that is little.
    std::optional<Keys> spellings(const Outlined& node) const;
    // The best keys in all that the node may be.
    Choice best(const Outlined& node) const;

  private:
    std::optional<Keys> spellings_of_byte(const Shadows& shadows) const;
    std::optional<Keys> spellings_of_sequence(const Outlined& node) const;
    std::optional<Keys> spellings_of_choice(const Outlined& node) const;
    std::optional<Keys> spellings_of_repeat(const Outlined& node) const;
    std::optional<Keys> spellings_of_once(const Outlined& node) const;
    Choice best_of_sequence(const Outlined& node) const;
    Choice best_of_choice(const Outlined& node) const;

    Key key(std::string text) const { return {std::move(text), caseless_, false, false, 0}; }

    const bool caseless_;
};

std::optional<Keys> Reader::spellings_of_byte(const Shadows& shadows) const {
    if (shadows.count() > 2 * most_spellings) return std::nullopt;
    Keys keys;
    for (std::size_t byte = 0; byte < shadows.size(); ++byte) {
        if (!shadows[byte]) continue;
        const auto c = static_cast<unsigned char>(byte);
        const bool folded = caseless_ && is_upper(c);
        keys.push_back(key(std::string(1, static_cast<char>(folded ? c - 'A' + 'a' : c))));
    }
    make_unique(keys);
    if (keys.empty() || keys.size() > most_spellings) return std::nullopt;
    return keys;
}

std::optional<Keys> Reader::spellings_of_sequence(const Outlined& node) const {
    std::optional<Keys> all = Keys{key("")};
    for (const Outlined& part : node.parts) {
        const auto next = spellings(part);
        if (next) all = joined(*all, *next);
        if (!next || !all) return std::nullopt;
    }
    return all;
}

std::optional<Keys> Reader::spellings_of_choice(const Outlined& node) const {
    Keys all;
    for (const Outlined& part : node.parts) {
        const auto one = spellings(part);
        if (!one) return std::nullopt;
        all.insert(all.end(), one->begin(), one->end());
        if (all.size() > most_keys) return std::nullopt;
    }
    make_unique(all);
    return all;
}

std::optional<Keys> Reader::spellings_of_repeat(const Outlined& node) const {
    if (node.most > longest_key) return std::nullopt;
    const auto once = spellings(node.parts[0]);
    if (!once) return std::nullopt;
    Keys all;
    std::optional<Keys> times = Keys{key("")};
    for (unsigned i = 0; i <= node.most; ++i) {
        if (i >= node.least) all.insert(all.end(), times->begin(), times->end());
        if (i < node.most) times = joined(*times, *once);
        if (!times || all.size() > most_spellings) return std::nullopt;
    }
    make_unique(all);
    return all;
}

std::optional<Keys> Reader::spellings(const Outlined& node) const {
    switch (node.kind) {
        case Kind::shadows:
            return spellings_of_byte(node.shadows);
        case Kind::sequence:
            return spellings_of_sequence(node);
        case Kind::choice:
            return spellings_of_choice(node);
        case Kind::repeat:
            return spellings_of_repeat(node);
        case Kind::boundary:
            return Keys{{"", caseless_, true, true, 0}};
        case Kind::anything:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Keys> Reader::spellings_of_once(const Outlined& node) const {
    if (node.kind != Kind::repeat || node.least == 0) return std::nullopt;
    return spellings(node.parts[0]);
}

// The best run of parts that are spelled out together, or the best within one part.
Choice Reader::best_of_sequence(const Outlined& node) const {
    Choice best_yet;
    std::vector<std::optional<Keys>> spelled;
    std::vector<unsigned> before{0};  // characters before each part, at most
    for (const Outlined& part : node.parts) {
        spelled.push_back(spellings(part));
        keep_better(best_yet, behind(before.back(), best(part)));
        before.push_back(together(before.back(), most_characters(part)));
    }
    for (std::size_t begin = 0; begin < spelled.size(); ++begin) {
        // Of a repeat without end, a run may end with the first time or begin with the last.
        const unsigned reach = before[spelled[begin] ? begin : begin + 1];
        std::optional<Keys> run = Keys{key("")};
        for (std::size_t i = begin; i < spelled.size(); ++i) {
            const bool endless = !spelled[i];
            const auto next = endless ? spellings_of_once(node.parts[i]) : spelled[i];
            run = next ? joined(*run, *next) : std::nullopt;
            if (!run) break;
            keep_better(best_yet, behind(reach, choice_of(*run)));
            if (endless && i > begin) break;
        }
    }
    return best_yet;
}

// A match is of one of the alternatives: the keys of all of them.
Choice Reader::best_of_choice(const Outlined& node) const {
    Keys all;
    for (const Outlined& part : node.parts) {
        Choice one = best(part);
        if (one.keys.empty() || all.size() + one.keys.size() > most_keys) return {};
        all.insert(all.end(), one.keys.begin(), one.keys.end());
    }
    make_unique(all);
    return choice_of(std::move(all));
}

Choice Reader::best(const Outlined& node) const {
    switch (node.kind) {
        case Kind::sequence:
            return best_of_sequence(node);
        case Kind::choice:
            return best_of_choice(node);
        case Kind::repeat:
            return node.least > 0 ? best(node.parts[0]) : Choice{};
        default:
            return {};
    }
}

}  // namespace

std::vector<Key> keys_of(const Outlined& tree, bool caseless) {
    Choice best = Reader(caseless).best(tree);
    if (best.bits < rare_enough) best.keys.clear();
    return std::move(best.keys);
}

}  // namespace spillway::match
