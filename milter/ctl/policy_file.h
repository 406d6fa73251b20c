// The policy and settings the verbs work with.
#pragma once

#include <string>

#include "ctl/verbs.h"
#include "language/revised.h"

namespace spillway::ctl {

// Reads a configuration and tells its mistakes and warnings on standard error. The policy is null
// after a mistake. With `revise` it is not quite the one in the file.
language::Generation loaded(const std::string& file, const language::Revise& revise = {});

// Where the daemon listens for us: --control, else what the configuration says. A configuration
// with mistakes still names its socket: the daemon may well run on an older, good one.
std::string control_path(const Common& common);

}  // namespace spillway::ctl
