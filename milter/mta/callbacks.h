// libmilter's callbacks, all behind one fence: whatever goes wrong inside, nothing escapes, it is
// logged with the queue id and the message is deferred with 451.
//
// libmilter hands callbacks no context of the process, so there is one filter in a process.
#pragma once

#include <chrono>

#include <libmilter/mfapi.h>

#include "session/session.h"

namespace spillway::mta {

// Before the first connection. `around` must outlive the process.
void prepare(const session::Surroundings& around, bool over_tcp);

// What smfi_register takes.
smfiDesc description();

// From now on messages are deferred, uncounted, at their end; waits for the callbacks that run.
// False when the deadline passed first.
bool finish(std::chrono::milliseconds deadline);

}  // namespace spillway::mta
