#include "match/outline.h"

#include <algorithm>

#include "match/expression.h"
#include "match/keys.h"
#include "match/prefix.h"

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;

const Shadows& word_characters() {
    static const Shadows word = [] {
        Shadows characters;
        for (unsigned char c = 0; c < 0x80; ++c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (letter || (c >= '0' && c <= '9') || c == '_') characters.set(c);
        }
        return characters;
    }();
    return word;
}

enum class Side { front, back };

// True when every match of the node has an ASCII word character on this side.
bool edge_is_word(const Outlined& node, Side side) {
    const auto edge = [side](const Outlined& part) { return edge_is_word(part, side); };
    switch (node.kind) {
        case Kind::shadows:
            return (node.shadows & ~word_characters()).none();
        case Kind::sequence:
            return !node.parts.empty() &&
                   edge(side == Side::front ? node.parts.front() : node.parts.back());
        case Kind::choice:
            return std::ranges::all_of(node.parts, edge);
        case Kind::repeat:
            return node.least > 0 && edge(node.parts[0]);
        case Kind::anything:
        case Kind::boundary:
            return false;
    }
    return false;
}

// The one byte these shadows are, without regard to case where `caseless`; -1 when they are more.
int single_byte(const Shadows& shadows, bool caseless) {
    if (shadows.count() > (caseless ? 2 : 1)) return -1;
    for (std::size_t byte = 0; byte < 0x80; ++byte) {
        if (!shadows[byte]) continue;
        const bool pair = byte >= 'A' && byte <= 'Z' && shadows[byte - 'A' + 'a'];
        return shadows.count() == 1 || pair ? static_cast<int>(byte) : -1;
    }
    return -1;
}

bool has_both_cases(const Outlined& node) {
    if (node.kind == Kind::shadows && node.shadows.count() == 2)
        return single_byte(node.shadows, true) >= 0;
    return std::ranges::any_of(node.parts, has_both_cases);
}

// As if no limit were a large number.
unsigned sum_of(unsigned a, unsigned b) {
    return a > Outlined::no_end - b ? Outlined::no_end : a + b;
}

unsigned product_of(unsigned a, unsigned b) {
    if (a == 0 || b == 0) return 0;
    return a > Outlined::no_end / b ? Outlined::no_end : a * b;
}

}  // namespace

// Beside a word character of ASCII a boundary of Unicode is one of ASCII as well: what is no word
// character in the text is none in its shadow. Elsewhere it says nothing and goes.
void keep_sure_boundaries(Outlined& node) {
    for (Outlined& part : node.parts) keep_sure_boundaries(part);
    if (node.kind != Kind::sequence) return;
    std::vector<Outlined> kept;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
        Outlined& part = node.parts[i];
        const bool sure =
            part.kind != Kind::boundary ||
            (!kept.empty() && edge_is_word(kept.back(), Side::back)) ||
            (i + 1 < node.parts.size() && edge_is_word(node.parts[i + 1], Side::front));
        if (sure) kept.push_back(std::move(part));
    }
    node.parts = std::move(kept);
}

bool may_be_empty(const Outlined& node) {
    switch (node.kind) {
        case Kind::shadows:
            return false;
        case Kind::sequence:
            return std::ranges::all_of(node.parts, may_be_empty);
        case Kind::choice:
            return std::ranges::any_of(node.parts, may_be_empty);
        case Kind::repeat:
            return node.least == 0 || may_be_empty(node.parts[0]);
        case Kind::anything:
        case Kind::boundary:
            return true;
    }
    return true;
}

unsigned most_characters(const Outlined& node) {
    unsigned most = 0;
    switch (node.kind) {
        case Kind::shadows:
            return 1;
        case Kind::sequence:
            for (const Outlined& part : node.parts) most = sum_of(most, most_characters(part));
            return most;
        case Kind::choice:
            for (const Outlined& part : node.parts) most = std::max(most, most_characters(part));
            return most;
        case Kind::repeat:
            return product_of(node.most, most_characters(node.parts[0]));
        case Kind::anything:
            return Outlined::no_end;
        case Kind::boundary:
            return 0;
    }
    return Outlined::no_end;
}

std::optional<Outline> outline_of(std::string_view expression, std::string_view flags,
                                  Members& members) {
    auto tree = outlined(expression, flags, members);
    if (!tree) return std::nullopt;
    keep_sure_boundaries(*tree);

    Outline outline;
    outline.keys = keys_of(*tree, has_both_cases(*tree));
    const bool tell_where = std::ranges::all_of(
        outline.keys, [](const Key& key) { return key.reach <= longest_reach; });
    if (!outline.keys.empty() && tell_where) return outline;
    if (outline.keys.empty()) outline.prefix = prefix_of(*tree).value_or(Prefix{});
    outline.expression = expression_of(*tree);
    const bool nothing =
        outline.keys.empty() && outline.prefix.shadows.empty() && outline.expression.empty();
    if (nothing) return std::nullopt;
    return outline;
}

}  // namespace spillway::match
