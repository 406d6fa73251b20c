// A policy that is not quite the one in its files: to try rules out before they are switched on.
#pragma once

#include <functional>
#include <string>

#include "language/compile.h"

namespace spillway::language {

// May change modes and take away rules and limits.
using Revise = std::function<void(policy::Policy& policy)>;

// As load(); the test blocks judge the policy as it stands in its files.
Generation load_revised(const std::string& path, const Files& files, const Revise& revise);

}  // namespace spillway::language
