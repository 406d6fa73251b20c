#include "match/expression.h"

#include <algorithm>

#include <fmt/format.h>

#include "match/boundary.h"

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;

constexpr unsigned longest_repeat = 20;
constexpr double most_places = 4'000;  // where an automaton may be in a match

unsigned least_of(const Outlined& repeat) { return std::min(repeat.least, longest_repeat); }

bool is_endless(const Outlined& repeat) { return repeat.most > longest_repeat; }

// Repeats are written out in an automaton.
double places_of(const Outlined& node) {
    double places = node.kind == Kind::shadows ? 1 : 0;
    for (const Outlined& part : node.parts) places += places_of(part);
    if (node.kind != Kind::repeat) return places;
    return places * (is_endless(node) ? least_of(node) + 1 : node.most);
}

// The engine takes no expression of more than 16,000 characters.
std::string written(std::size_t byte) {
    const auto c = static_cast<char>(byte);
    return is_word_of_ascii(c) ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
}

std::string written(const Shadows& shadows) {
    if (shadows.all()) return ".";
    std::string bytes;
    for (std::size_t first = 0; first < shadows.size(); ++first) {
        if (!shadows[first]) continue;
        std::size_t last = first;
        while (last + 1 < shadows.size() && shadows[last + 1]) ++last;
        bytes += written(first);
        if (last > first) bytes += '-' + written(last);
        first = last;
    }
    if (shadows.none()) return "[^\\x00-\\xff]";
    return shadows.count() == 1 ? bytes : "[" + bytes + "]";
}

bool stands_alone(const Outlined& node) {
    return node.kind == Kind::shadows || node.kind == Kind::choice;
}

std::string quantifier(const Outlined& repeat) {
    const unsigned least = least_of(repeat);
    if (!is_endless(repeat)) return fmt::format("{{{},{}}}", least, repeat.most);
    if (least < 2) return least == 0 ? "*" : "+";
    return fmt::format("{{{},}}", least);
}

std::string written(const Outlined& node) {
    std::string text;
    switch (node.kind) {
        case Kind::shadows:
            return written(node.shadows);
        case Kind::sequence:
            for (const Outlined& part : node.parts) text += written(part);
            return text;
        case Kind::choice:
            for (const Outlined& part : node.parts)
                text += (&part == node.parts.data() ? "(?:" : "|") + written(part);
            return text + ')';
        case Kind::repeat:
            text = written(node.parts[0]);
            if (!stands_alone(node.parts[0])) text = "(?:" + text + ')';
            return text + quantifier(node);
        case Kind::anything:
            return ".*";
        case Kind::boundary:
            return "\\b";
    }
    return ".*";
}

}  // namespace

std::string expression_of(const Outlined& tree) {
    if (may_be_empty(tree) || places_of(tree) > most_places) return {};
    return written(tree);
}

}  // namespace spillway::match
