// Limit blocks into the policy: what each word means, and which of them make sense together.
#pragma once

#include "language/ast.h"
#include "language/names.h"
#include "policy/policy.h"

namespace spillway::language {

// The words that may stand in a limit; check-docs holds them against the manual.
inline constexpr std::string_view limit_words[] = {
    "scope", "count", "rate", "ladder", "over", "notice", "when", "unless", "when-unavailable"};

// Who is counted exactly is remembered one by one, about 100 bytes each.
inline constexpr std::int64_t most_unique_recipients = 1'000'000;

// Each mistake is reported.
void compile_limits(const Program& program, Names& names, policy::Policy& policy,
                    Diagnostics& diagnostics);

}  // namespace spillway::language
