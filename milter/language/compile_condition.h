// Condition trees into policy::Condition: what each word means, and which fit together.
#pragma once

#include "language/ast.h"
#include "language/names.h"
#include "policy/condition.h"

namespace spillway::language {

// One of < <= = != >= >.
policy::Order order_of(const Word& word);

// Throws Mistake at the first thing that does not fit.
policy::Condition compile_condition(const ConditionNode& node, Names& names);

}  // namespace spillway::language
