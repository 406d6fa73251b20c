// Whom a rule's `suspend` means, and whose suspension a message asks for.
#pragma once

#include <string>
#include <vector>

#include "policy/evaluate.h"

namespace spillway::policy {

// User, domain and account, each with the account it belongs to; the user only where there is a
// login: what else stands for one is anybody's choice.
std::vector<limits::Suspect> suspects_of(const Policy& policy, const Identity& identity);

// Under what name the strikes of a rule are counted: no limit's, which has no slash.
std::string strikes_of(const Rule& rule);

// What the actions of one rule order. A user without a login cannot be suspended, his domain can.
std::vector<SuspendOrder> orders_of(const Rule& rule, const Policy& policy,
                                    const Identity& identity, limits::Time now);

// Carries the orders out: those whose strike does not fit any more, and those without one. Returns
// who is suspended now.
std::vector<limits::Suspension> carry_out(const std::vector<SuspendOrder>& orders,
                                          limits::Counters& counters, limits::Time now);

}  // namespace spillway::policy
