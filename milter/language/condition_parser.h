// The grammar of conditions: or < and < not < predicate, with parentheses.
#pragma once

#include "language/ast.h"
#include "language/tokens.h"

namespace spillway::language {

ConditionNode parse_condition(Tokens& tokens);

}  // namespace spillway::language
