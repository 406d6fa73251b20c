// Which thread sees which signal.
//
// libmilter waits for HUP, TERM and INT in a thread of its own and takes all three for "stop"
// (libmilter/signal.c), so a reload needs another signal: USR1, read here from a descriptor.
#pragma once

#include "system/descriptor.h"

namespace spillway::daemon {

// Blocks HUP, TERM, INT and USR1 in this thread and all it starts. To be called before the first
// thread: a thread that leaves one of them open could be killed by it.
void block_signals();

// SIGUSR1 as a readable descriptor. Throws std::system_error.
class ReloadSignal {
  public:
    ReloadSignal();
    int fd() const { return fd_.get(); }

    // True when at least one signal came since the last call; several count as one.
    bool taken();

  private:
    system::Descriptor fd_;
};

}  // namespace spillway::daemon
