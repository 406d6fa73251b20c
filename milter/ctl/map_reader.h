// What maps hold that are kept outside of the policy, for verbs that read messages from files.
#pragma once

#include "language/compile.h"
#include "policy/lookups.h"

namespace spillway::ctl {

// Asks the real maps, as the daemon would: that changes nothing in them. Nothing when the policy
// has none. Thread-safe.
policy::LookUp map_reader(const language::Generation& generation);

}  // namespace spillway::ctl
