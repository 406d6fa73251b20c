// The prefix of an expression: which shadows (shadow.h) the characters at the beginning of a match
// may have, or those a known way behind it. It tells places where a match may begin from those
// where none can, for expressions without keys (keys.h).
//
// Pure functions; any number of threads.
#pragma once

#include <optional>

#include "match/outline.h"

namespace spillway::match {

// nullopt when a match may begin nearly everywhere. The boundaries in the tree are those that mean
// the same in ASCII.
std::optional<Prefix> prefix_of(const Outlined& tree);

}  // namespace spillway::match
