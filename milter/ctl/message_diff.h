// A message before and after its edits, and how the two differ. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"

namespace spillway::ctl {

// The message as the MTA will have it: fields are changed by name and number as it counts them, and
// added behind the others. CRLF line ends. Recipients are the envelope's and not shown.
std::string edited(std::string_view message, const policy::Decision& decision);

// Both line by line as a unified diff (POSIX diff -u), with three lines around each change; ""
// where nothing differs. What could drive a terminal is written as escapes, and a line without its
// end is told as diff tells it.
std::string unified_diff(std::string_view before, std::string_view after);

}  // namespace spillway::ctl
