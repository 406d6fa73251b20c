// The one thread beside libmilter's: answers the control socket, reloads, saves the counts.
//
// One thread for all three, so that none of them needs a lock against the others.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include <poll.h>

#include "daemon/control.h"
#include "daemon/descriptor.h"
#include "daemon/signals.h"
#include "log/log.h"

namespace spillway::daemon {

class Housekeeping {
  public:
    // All work is called from the thread that runs run(); what it throws is logged.
    struct Work {
        ControlSocket::Answer answer;
        std::function<void()> reload;  // on SIGUSR1
        std::function<void()> save;    // every save_every
    };

    // Throws std::system_error when there is no descriptor left.
    Housekeeping(ControlSocket& control, Work work, log::Log& log);

    // Returns soon after the stop is asked for.
    void run(const std::stop_token& stop);

  private:
    std::vector<pollfd> wait(SteadyTime until) const;
    void fenced(const std::function<void()>& work);

    ControlSocket& control_;
    Work work_;
    log::Log& log_;
    ReloadSignal reload_signal_;
    Descriptor wake_;  // made readable by a stop request
};

}  // namespace spillway::daemon
