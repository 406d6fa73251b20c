// The verbs about who may send how much, and what rules did: each a function from a request to its
// reply.
//
// They look at the policy through the functions that charging uses and change nothing but what is
// kept beside the counts, so all machines on one Redis see the same. What cannot be done is thrown
// as std::runtime_error with a phrase for the operator.
#pragma once

#include <nlohmann/json.hpp>

#include "session/session.h"

namespace spillway::daemon {

// A maximum of somebody's own for one limit, from the next message on; the counts are kept.
nlohmann::json set_plan(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json unset_plan(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json plans(const nlohmann::json& request, const session::Surroundings& around);

nlohmann::json suspend(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json unsuspend(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json suspended(const nlohmann::json& request, const session::Surroundings& around);

// The suppression list: entries added or replaced, one taken off, and the list page by page.
nlohmann::json suppress(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json unsuppress(const nlohmann::json& request, const session::Surroundings& around);
nlohmann::json suppressions(const nlohmann::json& request, const session::Surroundings& around);

// How every limit stands for one sender.
nlohmann::json explain(const nlohmann::json& request, const session::Surroundings& around);

// Who has used most of each limit, and who is near his maximum.
nlohmann::json top(const nlohmann::json& request, const session::Surroundings& around);

// Counters by name.
nlohmann::json counters(const nlohmann::json& request, const session::Surroundings& around);

// What each rule did and took, in file order; and what all rules share.
nlohmann::json rules(const nlohmann::json& request, const session::Surroundings& around);

// Counts a log-in against the limits of logins; says whether it may go on, and if not, why. The one
// verb of the gate's socket: whoever may ask it learns and changes nothing else.
nlohmann::json login(const nlohmann::json& request, const session::Surroundings& around);

}  // namespace spillway::daemon
