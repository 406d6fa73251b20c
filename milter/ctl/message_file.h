// A message in a file and the conversation it would come in, as policy::Message.
#pragma once

#include <string>

#include "ctl/verbs.h"
#include "policy/message.h"
#include "policy/policy.h"

namespace spillway::ctl {

// Owns the bytes that `message` points into.
struct Letter {
    std::string bytes;
    policy::Message message;
};

// Fills `letter` in place, because its message points into it. Throws Stopped(usage) when an option
// is not what it should be or no recipient is known, Stopped(refused) when the file cannot be read.
void read_letter(const TestOptions& options, const policy::Policy& policy, Letter& letter);

}  // namespace spillway::ctl
