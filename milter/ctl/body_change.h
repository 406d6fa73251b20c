// What becomes of a message's body, in lines for a person at a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/edit.h"

namespace spillway::ctl {

// Each change as "@@ line N" (of the body) with the text that goes ("-") and the text that comes
// ("+") below it, as it is sent: in its transfer encoding. Long ones are cut.
std::vector<std::string> body_change(std::string_view message, const mail::BodyEdit& edit);

}  // namespace spillway::ctl
