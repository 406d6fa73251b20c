// An outline as an expression for an engine that looks for many at once (hyperscan.h), over shadows
// (shadow.h): found in the shadow of every text that the pattern itself is found in.
//
// Pure function; any number of threads.
#pragma once

#include <string>

#include "match/outline.h"

namespace spillway::match {

// "" when the engine would need too much memory or time for it, or find it everywhere. The
// boundaries in the tree are those that mean the same in ASCII. Long repeats are let go on without
// end, which finds more and takes less.
std::string expression_of(const Outlined& tree);

}  // namespace spillway::match
