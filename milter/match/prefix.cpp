#include "match/prefix.h"

#include <algorithm>

#include "match/rarity.h"

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;

// Bits: else a match may begin at so many places that PCRE2 is sooner asked about the whole text.
constexpr double rare_enough = 5;
constexpr unsigned farthest = 40;  // characters

// All matches of a part of an expression, laid on top of each other.
struct Layers {
    std::array<Shadows, longest_prefix> at{};   // which shadows a match may have at this place
    std::bitset<longest_prefix + 1> lengths{};  // that a match may have; the last for all beyond
};

Layers empty_text() {
    Layers layers;
    layers.lengths.set(0);
    return layers;
}

Layers one_character(const Shadows& shadows) {
    Layers layers;
    layers.at[0] = shadows;
    layers.lengths.set(1);
    return layers;
}

Layers any_text() {
    Layers layers;
    for (Shadows& shadows : layers.at) shadows.set();
    layers.lengths.set();
    return layers;
}

void lay_on_top(Layers& layers, const Layers& other) {
    for (std::size_t i = 0; i < longest_prefix; ++i) layers.at[i] |= other.at[i];
    layers.lengths |= other.lengths;
}

Layers joined(const Layers& left, const Layers& right) {
    Layers layers{.at = left.at};
    for (std::size_t length = 0; length <= longest_prefix; ++length) {
        if (!left.lengths[length]) continue;
        for (std::size_t i = length; i < longest_prefix; ++i) layers.at[i] |= right.at[i - length];
        for (std::size_t more = 0; more <= longest_prefix; ++more)
            if (right.lengths[more]) layers.lengths.set(std::min(length + more, longest_prefix));
    }
    return layers;
}

Layers layers_of(const Outlined& node);

Layers layers_of_repeat(const Outlined& node) {
    const Layers once = layers_of(node.parts[0]);
    Layers times = empty_text();
    const auto cap = static_cast<unsigned>(longest_prefix);
    for (unsigned i = 0; i < std::min(node.least, cap); ++i) times = joined(times, once);
    Layers all = times;
    for (unsigned i = std::min(node.least, cap); i < std::min(node.most, cap); ++i) {
        times = joined(times, once);
        lay_on_top(all, times);
    }
    return all;
}

Layers layers_of(const Outlined& node) {
    Layers layers;
    switch (node.kind) {
        case Kind::shadows:
            return one_character(node.shadows);
        case Kind::sequence:
            layers = empty_text();
            for (const Outlined& part : node.parts) layers = joined(layers, layers_of(part));
            return layers;
        case Kind::choice:
            for (const Outlined& part : node.parts) lay_on_top(layers, layers_of(part));
            return layers;
        case Kind::repeat:
            return layers_of_repeat(node);
        case Kind::anything:
            return any_text();
        case Kind::boundary:
            return empty_text();
    }
    return any_text();
}

bool begins_at_boundary(const Outlined& node) {
    switch (node.kind) {
        case Kind::boundary:
            return true;
        case Kind::sequence:
            return !node.parts.empty() && begins_at_boundary(node.parts.front());
        case Kind::choice:
            return std::ranges::all_of(node.parts, begins_at_boundary);
        default:
            return false;
    }
}

struct Rated {
    Prefix prefix;
    double bits = 0;
};

Rated rated(const Layers& layers, bool from_boundary, unsigned reach) {
    Rated rated{{.from_boundary = from_boundary, .reach = reach},
                from_boundary ? boundary_bits : 0};
    for (std::size_t i = 0; i < longest_prefix; ++i) {
        if (layers.lengths[i]) break;  // a match may have ended
        rated.prefix.shadows.push_back(layers.at[i]);
    }
    rated.bits += bits_of(std::span<const Shadows>(rated.prefix.shadows));
    return rated;
}

// Of all that is left of a match behind the first parts of it, the rarest beginning.
Rated best_of(const Outlined& sequence) {
    std::vector<Rated> all;
    Layers rest = empty_text();
    for (std::size_t i = sequence.parts.size(); i-- > 0;) {
        rest = joined(layers_of(sequence.parts[i]), rest);
        Outlined before{.parts = {sequence.parts.begin(),
                                  sequence.parts.begin() + static_cast<std::ptrdiff_t>(i)}};
        all.push_back(rated(rest, begins_at_boundary(sequence.parts[i]), most_characters(before)));
    }
    Rated best;
    for (Rated& one : all)
        if (one.prefix.reach <= farthest && one.bits > best.bits) best = std::move(one);
    return best;
}

}  // namespace

std::optional<Prefix> prefix_of(const Outlined& tree) {
    Rated best = tree.kind == Kind::sequence ? best_of(tree)
                                             : rated(layers_of(tree), begins_at_boundary(tree), 0);
    if (best.bits < rare_enough) return std::nullopt;
    return std::move(best.prefix);
}

}  // namespace spillway::match
