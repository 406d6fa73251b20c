// Whether an address, a domain or a name belongs to a set: one in the policy, or one outside of it
// that was asked before (lookups.h).
#pragma once

#include "match/pattern.h"
#include "policy/facts.h"

namespace spillway::policy {

// Whether the test holds values against sets of them.
bool is_membership(const Test& test);

// What of the address is in question: all of it, or its domain.
enum class Part { address, domain };

// For is_membership() only. What an outside map was not asked yet goes to facts.unanswered, and
// then it cannot be told.
match::Match membership(const Test& test, const mail::Address& address, Part part, Facts& facts);

}  // namespace spillway::policy
