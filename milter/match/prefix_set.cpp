#include "match/prefix_set.h"

#include <algorithm>
#include <bit>

#include "match/boundary.h"

namespace spillway::match {

PrefixSet::PrefixSet(const std::vector<Outline>& outlines) {
    add_all(outlines, false);
    add_all(outlines, true);
}

void PrefixSet::add_all(const std::vector<Outline>& outlines, bool keyed) {
    constexpr std::size_t all_bits = 64;
    bool begun = false;
    for (std::size_t number = 0; number < outlines.size(); ++number) {
        const Outline& outline = outlines[number];
        if (outline.prefix.shadows.empty() || outline.keys.empty() == keyed) continue;
        if (!begun || groups_.back().patterns.size() == all_bits) groups_.emplace_back();
        begun = true;
        groups_.back().keyed = keyed;
        add(outline.prefix, static_cast<std::uint32_t>(number), groups_.back());
    }
}

void PrefixSet::add(const Prefix& prefix, std::uint32_t number, Group& group) {
    const Bits bit = Bits{1} << group.patterns.size();
    group.patterns.push_back({number, prefix.reach});
    if (!prefix.from_boundary) group.unbound |= bit;
    for (std::size_t place = 0; place < longest_prefix; ++place) {
        const bool over = place >= prefix.shadows.size();
        for (std::size_t shadow = 0; shadow < end_of_text; ++shadow)
            if (over || prefix.shadows[place][shadow]) group.rows[place][shadow] |= bit;
        if (over) group.rows[place][end_of_text] |= bit;
    }
}

PrefixSet::Bits PrefixSet::beginning_at(const Group& group, std::string_view text, std::size_t at,
                                        Bits bits) {
    for (std::size_t place = 0; place < longest_prefix && bits != 0; ++place) {
        const std::size_t shadow =
            at + place < text.size() ? static_cast<unsigned char>(text[at + place]) : end_of_text;
        bits &= group.rows[place][shadow];
    }
    return bits;
}

PrefixSet::Bits PrefixSet::wanted(const Group& group, const Candidates& candidates) {
    if (!group.keyed) return ~Bits{0};
    Bits bits = 0;
    for (std::size_t i = 0; i < group.patterns.size(); ++i)
        if (candidates.is_allowed(group.patterns[i].number)) bits |= Bits{1} << i;
    return bits;
}

void PrefixSet::search(const Group& group, std::string_view text, Candidates& candidates) {
    Bits left = wanted(group, candidates);
    if (left == 0) return;
    for (std::size_t at = 0; at < text.size(); ++at) {
        Bits bits = beginning_at(group, text, at, left);
        if ((bits & ~group.unbound) != 0 && !is_boundary(text, at)) bits &= group.unbound;
        for (; bits != 0; bits &= bits - 1) {
            const auto index = static_cast<std::size_t>(std::countr_zero(bits));
            const auto [number, reach] = group.patterns[index];
            candidates.add(number, {at - std::min<std::size_t>(at, reach), at});
            if (candidates.is_anywhere(number)) left &= ~(Bits{1} << index);
        }
    }
}

void PrefixSet::search(std::string_view text, Candidates& candidates) const {
    for (const Group& group : groups_) search(group, text, candidates);
}

}  // namespace spillway::match
