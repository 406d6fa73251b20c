#include "match/outline.h"

#include <algorithm>

#include <fmt/format.h>

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;

// Engines of this kind unroll what is counted: beyond this many places a repeat is taken for one
// without end, and the tree as a whole is made smaller.
constexpr std::size_t most_places = 1500;
constexpr unsigned repeat_caps[] = {32, 8, 2};

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

// Shadows know the word characters of ASCII only. Beside one of them a boundary of Unicode is one
// of ASCII as well: what is no word character in the text is none in its shadow. Elsewhere it says
// nothing and goes.
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

// What a match may end (or begin) without is not looked for: "foo" instead of "foo\s*$".
void trim(Outlined& node, Side side) {
    const auto edge = [&]() -> Outlined& {
        return side == Side::front ? node.parts.front() : node.parts.back();
    };
    switch (node.kind) {
        case Kind::sequence:
            while (!node.parts.empty() && edge().kind != Kind::boundary && may_be_empty(edge()))
                node.parts.erase(side == Side::front ? node.parts.begin() : node.parts.end() - 1);
            if (!node.parts.empty()) trim(edge(), side);
            return;
        case Kind::choice:
            for (Outlined& part : node.parts) trim(part, side);
            return;
        case Kind::repeat:
            node.most = node.least;
            if (node.least == 1) trim(node.parts[0], side);
            return;
        default:
            return;
    }
}

unsigned least_of(const Outlined& repeat, unsigned cap) {
    return repeat.most > cap ? std::min(repeat.least, cap) : repeat.least;
}

std::size_t places(const Outlined& node, unsigned cap) {
    constexpr std::size_t too_many = most_places + 1;
    if (node.kind == Kind::repeat) {
        const unsigned times = std::max(1U, node.most > cap ? least_of(node, cap) : node.most);
        return std::min(too_many, times * places(node.parts[0], cap));
    }
    std::size_t sum = node.kind == Kind::shadows || node.kind == Kind::anything ? 1 : 0;
    for (const Outlined& part : node.parts) sum = std::min(too_many, sum + places(part, cap));
    return sum;
}

std::string byte_text(std::size_t byte) {
    const char c = static_cast<char>(byte);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return plain ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
}

// Both cases of a letter are one where case does not count.
std::string shadows_text(const Shadows& shadows, bool caseless) {
    if (shadows.all()) return ".";
    std::string inside;
    std::size_t members = 0;
    for (std::size_t byte = 0; byte < shadows.size(); ++byte) {
        if (!shadows[byte]) continue;
        if (caseless && byte >= 'A' && byte <= 'Z' && shadows[byte - 'A' + 'a']) continue;
        std::size_t end = byte + 1;
        while (end < shadows.size() && shadows[end]) ++end;
        inside += byte_text(byte);
        if (end - byte > 2) inside += '-';
        if (end - byte > 1) inside += byte_text(end - 1);
        members += end - byte;
        byte = end - 1;
    }
    return members == 1 ? inside : '[' + inside + ']';
}

class Writer {
  public:
    Writer(unsigned cap, bool caseless) : cap_(cap), caseless_(caseless) {}

    void write(const Outlined& node);
    std::string text;

  private:
    void choice(const Outlined& node);
    void repeat(const Outlined& node);

    const unsigned cap_;
    const bool caseless_;
};

void Writer::choice(const Outlined& node) {
    text += "(?:";
    for (const Outlined& part : node.parts) {
        if (&part != &node.parts.front()) text += '|';
        write(part);
    }
    text += ')';
}

void Writer::repeat(const Outlined& node) {
    const unsigned least = least_of(node, cap_);
    const bool endless = node.most > cap_;
    if (!endless && node.most == 0) return;
    text += "(?:";
    write(node.parts[0]);
    text += ')';
    if (endless && least <= 1)
        text += least == 0 ? "*" : "+";
    else if (endless)
        text += fmt::format("{{{},}}", least);
    else if (least != 1 || node.most != 1)
        text += fmt::format("{{{},{}}}", least, node.most);
}

void Writer::write(const Outlined& node) {
    switch (node.kind) {
        case Kind::shadows:
            text += shadows_text(node.shadows, caseless_);
            return;
        case Kind::sequence:
            for (const Outlined& part : node.parts) write(part);
            return;
        case Kind::choice:
            return choice(node);
        case Kind::repeat:
            return repeat(node);
        case Kind::anything:
            text += ".*";
            return;
        case Kind::boundary:
            text += "\\b";
            return;
    }
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

// The longest run of single characters that is in every match.
std::string longest_literal(const Outlined& node, bool caseless) {
    if (node.kind == Kind::repeat && node.least > 0)
        return longest_literal(node.parts[0], caseless);
    if (node.kind != Kind::sequence) return {};
    std::string longest;
    std::string run;
    const auto keep_longest = [&](std::string&& other) {
        if (other.size() > longest.size()) longest = std::move(other);
        other.clear();
    };
    for (const Outlined& part : node.parts) {
        const int byte = part.kind == Kind::shadows ? single_byte(part.shadows, caseless) : -1;
        if (byte >= 0) {
            run += static_cast<char>(byte);
            continue;
        }
        if (part.kind == Kind::boundary) continue;
        keep_longest(std::move(run));
        keep_longest(longest_literal(part, caseless));
    }
    keep_longest(std::move(run));
    return longest;
}

bool has_both_cases(const Outlined& node) {
    if (node.kind == Kind::shadows && node.shadows.count() == 2)
        return single_byte(node.shadows, true) >= 0;
    return std::ranges::any_of(node.parts, has_both_cases);
}

}  // namespace

std::optional<Outline> outline_of(std::string_view expression, std::string_view flags,
                                  Members& members) {
    auto tree = outlined(expression, flags, members);
    if (!tree) return std::nullopt;
    keep_sure_boundaries(*tree);
    trim(*tree, Side::front);
    trim(*tree, Side::back);
    if (may_be_empty(*tree)) return std::nullopt;

    Outline outline;
    outline.caseless = has_both_cases(*tree);
    for (const char c : longest_literal(*tree, outline.caseless))
        outline.literal += byte_text(static_cast<unsigned char>(c));
    for (const unsigned cap : repeat_caps) {
        if (places(*tree, cap) > most_places) continue;
        Writer writer(cap, outline.caseless);
        writer.write(*tree);
        outline.expression = std::move(writer.text);
        break;
    }
    if (outline.expression.empty() && outline.literal.empty()) return std::nullopt;
    return outline;
}

}  // namespace spillway::match
