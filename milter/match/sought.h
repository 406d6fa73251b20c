// What a content rule looks for in a text, and how much of it there is.
//
// Immutable once made: any number of threads may look. Counting stops at what is enough for an
// answer; it gives up when the message's budget is used up, or when more than occurrences_kept are
// to be told near or far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "match/occurrence.h"
#include "match/pattern.h"
#include "match/validators.h"
#include "match/word_list.h"

namespace spillway::match {

// With `valid`, only matches count whose whole text is a valid value.
struct Expression {
    Pattern pattern;
    std::optional<Identifier> valid;
};
using What = std::variant<Expression, std::shared_ptr<const WordList>, Identifier>;

// At most `words` words away from an occurrence of `other`: 1 is the next word. Occurrences that
// overlap are near; one that is the very same stretch of text is not near itself.
struct Near {
    What other;
    std::int64_t words = 1;
};

// Different values, or the sum of their weights (every occurrence counts), or how many.
enum class Measure { count, distinct, weight };

struct Sought {
    What what;
    std::optional<Near> near;
    Measure measure = Measure::count;
};

inline constexpr std::size_t occurrences_kept = 100'000;

struct Sum {
    Count count;
    std::optional<Occurrence> first;
};

// `count.found` is not below `enough` only if there is as much; then counting has stopped.
Sum sum_of(const Sought& sought, std::string_view readable_text, std::int64_t enough,
           Budget& budget);

}  // namespace spillway::match
