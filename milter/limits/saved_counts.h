// The text that counts are kept in over a restart.
//
//   spillway-counts 1
//   <key> <slice width in ms> <number of the newest slice> <slot>:<count> <slot>:<count> …
//   end <number of counts> <checksum>
//
// Keys are written as in key_text.h, one count a line, sorted. The checksum (FNV-1a, 64 bits, 16
// hex digits) covers every byte before it: one changed byte always changes it, and a text cut short
// has no last line. So a text is either whole or refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "limits/sliding_count.h"

namespace spillway::limits {

struct SavedCount {
    std::string key;
    SlidingCount::State state;
};
using SavedCounts = std::vector<SavedCount>;

std::string saved_text(SavedCounts counts);

// The error says what is wrong and in which line.
tl::expected<SavedCounts, std::string> parse_saved(std::string_view text);

}  // namespace spillway::limits
