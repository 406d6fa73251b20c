#include "match/rarity.h"

#include <algorithm>
#include <array>
#include <cmath>

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

}  // namespace

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
