// The policy and settings the verbs work with.
#pragma once

#include <string>

#include "ctl/verbs.h"
#include "language/compile.h"

namespace spillway::ctl {

// Reads a configuration and tells its mistakes and warnings on standard error. The policy is null
// after a mistake.
language::Generation loaded(const std::string& file);

// Where the daemon listens for us: --control, else what the configuration says. A configuration
// with mistakes still names its socket: the daemon may well run on an older, good one.
std::string control_path(const Common& common);

}  // namespace spillway::ctl
