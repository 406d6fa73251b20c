// Keys: short texts of which every match of an expression has at least one in it, over shadows
// (shadow.h). Looking for thousands of expressions becomes looking for literals, which takes the
// same time however many there are; where none is found PCRE2 is not asked.
//
// Which texts are good keys is a matter of how rare they are in mail (rarity.h).
//
// Pure functions; any number of threads.
#pragma once

#include <vector>

#include "match/outline.h"

namespace spillway::match {

// Sorted; none when every choice of keys is too common to spare PCRE2 work. The boundaries in the
// tree are those that mean the same in ASCII.
std::vector<Key> keys_of(const Outlined& tree, bool caseless);

}  // namespace spillway::match
