#include "match/rarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace spillway::match {
namespace {

using Kind = Outlined::Kind;

// Of the letters in English text with its blanks, after their frequency.
constexpr std::array<double, 26> letter_bits{3.8, 6.4, 5.3, 4.8, 3.2, 5.7, 5.8, 4.3, 4.0,
                                             9.1, 6.9, 4.9, 5.5, 4.0, 3.9, 5.8, 9.6, 4.2,
                                             4.2, 3.7, 5.3, 6.8, 5.7, 9.0, 5.9, 9.9};
constexpr double blank_bits = 2.6;
constexpr double capital_bits = 7;
constexpr double other_bits = 6.5;  // digits, marks, line ends: rarer, but they come in clusters
constexpr double control_bits = 10;
constexpr double foreign_bits = 9;  // a shadow beyond ASCII
constexpr double line_bits = 6;     // characters that an unlimited gap may have, in bits

// A repeat may go on in as many ways as it has lengths, of which the longer are less likely.
double bits_of_repeat(const Outlined& node) {
    const double once = bits_of(node.parts[0]);
    const double probability = std::exp2(-once);
    const double more = node.most == Outlined::no_end ? std::exp2(line_bits)
                                                      : static_cast<double>(node.most - node.least);
    double ways = more + 1;
    if (probability < 0.99) {
        ways = (1 - std::pow(probability, more + 1)) / (1 - probability);
    }
    return static_cast<double>(node.least) * once - std::log2(std::max(1.0, ways));
}

// Letters are not independent of each other: these are in thousands of places of a text or in none.
constexpr std::array<std::string_view, 7> clusters{
    "=\"https://www.", "=\"http://www.", "<a href=\"http", "<img src=\"http",
    ".com/",           "mailto:",        "</a></td></tr>"};

// Three letters of a cluster may well be of a word.
bool tells(std::string_view piece) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return piece.size() > 3 || (piece.size() == 3 && !std::ranges::all_of(piece, is_letter));
}

// The bits of each character, less those of clusters. is_at(place, character) says whether the
// character may be at that place, is_narrow(place) whether few others may: a class of many is meant
// for something else.
template <typename BitsAt, typename IsAt, typename IsNarrow>
double bits_of_run(std::size_t size, const BitsAt& bits_at, const IsAt& is_at,
                   const IsNarrow& is_narrow) {
    std::vector<double> bits(size);
    for (std::size_t place = 0; place < size; ++place) bits[place] = bits_at(place);
    const auto forget = [&](std::size_t first, std::string_view cluster) {
        std::size_t same = 0;
        int narrow = 0;
        for (; first + same < size && same < cluster.size() && is_at(first + same, cluster[same]);
             ++same)
            narrow += is_narrow(first + same) ? 1 : 0;
        if (narrow < 2 || !tells(cluster.substr(0, same))) return;
        for (std::size_t place = first; place < first + same; ++place) bits[place] = 0;
    };
    for (std::size_t first = 0; first < size; ++first)
        for (const std::string_view cluster : clusters)
            for (std::size_t at = 0; at < cluster.size(); ++at) forget(first, cluster.substr(at));
    return std::accumulate(bits.begin(), bits.end(), 0.0);
}

}  // namespace

double bits_of(std::string_view text) {
    return bits_of_run(
        text.size(), [&](std::size_t at) { return bits_of(static_cast<unsigned char>(text[at])); },
        [&](std::size_t at, char c) { return text[at] == c; }, [](std::size_t) { return true; });
}

double bits_of(std::span<const Shadows> run) {
    constexpr std::size_t few = 4;
    return bits_of_run(
        run.size(), [&](std::size_t at) { return bits_of(run[at]); },
        [&](std::size_t at, char c) { return run[at][static_cast<unsigned char>(c)]; },
        [&](std::size_t at) { return run[at].count() <= few; });
}

void AnyOf::add(double bits) { expected_ += std::exp2(-bits); }

double AnyOf::bits() const { return -std::log2(expected_); }

double bits_of(unsigned char shadow) {
    if (shadow >= 'a' && shadow <= 'z') return letter_bits[shadow - 'a'];
    if (shadow >= 'A' && shadow <= 'Z') return capital_bits;
    if (shadow == ' ') return blank_bits;
    if (shadow >= 0x80) return foreign_bits;
    const bool control = shadow < ' ' && shadow != '\n' && shadow != '\r' && shadow != '\t';
    return control ? control_bits : other_bits;
}

double bits_of(const Shadows& shadows) {
    static const double all = [] {
        AnyOf any;
        for (unsigned byte = 0; byte < 256; ++byte)
            any.add(bits_of(static_cast<unsigned char>(byte)));
        return any.bits();
    }();
    AnyOf any;
    for (unsigned byte = 0; byte < 256; ++byte)
        if (shadows[byte]) any.add(bits_of(static_cast<unsigned char>(byte)));
    return std::max(0.0, any.bits() - std::max(all, 0.0));
}

double bits_of(const Outlined& tree) {
    AnyOf any;
    double sum = 0;
    switch (tree.kind) {
        case Kind::shadows:
            return bits_of(tree.shadows);
        case Kind::sequence:
            for (const Outlined& part : tree.parts) sum += bits_of(part);
            return sum;
        case Kind::choice:
            for (const Outlined& part : tree.parts) any.add(bits_of(part));
            return any.bits();
        case Kind::repeat:
            return bits_of_repeat(tree);
        case Kind::anything:
            return -line_bits;
        case Kind::boundary:
            return boundary_bits;
    }
    return 0;
}

}  // namespace spillway::match
