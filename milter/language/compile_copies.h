// Archives, and the actions that copy: bcc, redirect, archive.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "language/arguments.h"
#include "language/diagnostics.h"
#include "policy/policy.h"

namespace spillway::language {

// The statements archive NAME FOLDER [encrypt-to FILE]; each mistake is reported.
std::map<std::string, policy::ArchivePlace> compile_archives(const Program& program,
                                                             Diagnostics& diagnostics);

// The action of a line that begins with one of these words; none for others. Throws a Mistake.
std::optional<policy::Action> copy_action(
    Arguments& args, const std::map<std::string, policy::ArchivePlace>& archives);

}  // namespace spillway::language
