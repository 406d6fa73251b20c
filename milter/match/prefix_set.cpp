#include "match/prefix_set.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "match/boundary.h"
#include "match/rarity.h"

namespace spillway::match {
namespace {

constexpr std::size_t all_bits = 64;

}  // namespace

PrefixSet::PrefixSet(const std::vector<Outline>& outlines) {
    add_all(outlines, false);
    add_all(outlines, true);
}

// Groups of those with a rare beginning pass over most of a text at its first look.
void PrefixSet::add_all(const std::vector<Outline>& outlines, bool from_boundary) {
    std::vector<std::pair<double, std::size_t>> rarest_first;
    for (std::size_t number = 0; number < outlines.size(); ++number) {
        const Prefix& prefix = outlines[number].prefix;
        if (!prefix.shadows.empty() && prefix.from_boundary == from_boundary)
            rarest_first.emplace_back(-bits_of(prefix.shadows.front()), number);
    }
    std::ranges::sort(rarest_first);
    for (std::size_t i = 0; i < rarest_first.size(); ++i) {
        if (i % all_bits == 0) groups_.push_back({.from_boundary = from_boundary});
        const std::size_t number = rarest_first[i].second;
        const Outline& outline = outlines[number];
        add(outline.prefix,
            {static_cast<std::uint32_t>(number), outline.prefix.reach, !outline.expression.empty()},
            groups_.back());
    }
}

void PrefixSet::add(const Prefix& prefix, const Group::Pattern& pattern, Group& group) {
    const Bits bit = Bits{1} << group.patterns.size();
    group.patterns.push_back(pattern);
    for (std::size_t place = 0; place < longest_prefix; ++place) {
        const bool over = place >= prefix.shadows.size();
        for (std::size_t shadow = 0; shadow < end_of_text; ++shadow)
            if (over || prefix.shadows[place][shadow]) group.rows[place][shadow] |= bit;
        if (over) group.rows[place][end_of_text] |= bit;
    }
}

PrefixSet::Bits PrefixSet::beginning_at(const Group& group, std::string_view text, std::size_t at,
                                        Bits bits) {
    const auto shadow = [&](std::size_t place) -> std::size_t {
        return static_cast<unsigned char>(text[at + place]);
    };
    if (at + longest_prefix > text.size()) {
        for (std::size_t place = 0; place < longest_prefix; ++place)
            bits &= group.rows[place][at + place < text.size() ? shadow(place) : end_of_text];
        return bits;
    }
    // Two at once: most places are out after that, and a branch costs more than to look once more.
    for (std::size_t place = 0; place < longest_prefix && bits != 0; place += 2)
        bits &= group.rows[place][shadow(place)] & group.rows[place + 1][shadow(place + 1)];
    return bits;
}

void PrefixSet::search(const Group& group, std::string_view text, Candidates& candidates) {
    const std::uint32_t few = Candidates::few_finds(text.size());
    Bits left = ~Bits{0} >> (all_bits - group.patterns.size());
    bool word_before = false;
    for (std::size_t at = 0; at < text.size() && left != 0; ++at) {
        const bool boundary = is_word_of_ascii(text[at]) != word_before;
        word_before ^= boundary;
        if (group.from_boundary && !boundary) continue;
        const Bits first = left & group.rows[0][static_cast<unsigned char>(text[at])];
        if (first == 0) continue;
        for (Bits bits = beginning_at(group, text, at, first); bits != 0; bits &= bits - 1) {
            const auto index = static_cast<std::size_t>(std::countr_zero(bits));
            const auto [number, reach, has_expression] = group.patterns[index];
            candidates.add(number, {at - std::min<std::size_t>(at, reach), at});
            if (has_expression && candidates.finds(number) > few) candidates.add(number);
            if (candidates.is_anywhere(number)) left &= ~(Bits{1} << index);
        }
    }
}

void PrefixSet::search(std::string_view text, Candidates& candidates) const {
    for (const Group& group : groups_) search(group, text, candidates);
}

}  // namespace spillway::match
