// Rule blocks into the policy.
#pragma once

#include "language/ast.h"
#include "language/names.h"
#include "policy/policy.h"

namespace spillway::language {

// The words that may stand in a rule; check-docs holds them against the manual.
inline constexpr std::string_view rule_words[] = {
    "when",       "unless", "mode", "on-error",   "reject",        "defer",  "discard",
    "quarantine", "accept", "tag",  "add-header", "remove-header", "suspend"};

// Tags that rules set, gathered before any condition is compiled.
void gather_tags(const Program& program, Names& names);

// Each mistake is reported; blocks with mistakes are left out.
void compile_rules(const Program& program, Names& names, policy::Policy& policy,
                   Diagnostics& diagnostics);

}  // namespace spillway::language
