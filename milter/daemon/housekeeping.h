// The thread beside libmilter's: answers the control socket and who scrapes, reloads, saves the
// counts.
//
// One thread for all of it, so that nothing of them needs a lock against the rest.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include <poll.h>

#include "daemon/control.h"
#include "daemon/metrics_endpoint.h"
#include "daemon/signals.h"
#include "log/log.h"
#include "system/descriptor.h"

namespace spillway::daemon {

class Housekeeping {
  public:
    // All work is called from the thread that runs run(); what it throws is logged.
    struct Work {
        ControlSocket::Answer answer;
        MetricsEndpoint::Text metrics;
        std::function<void()> reload;  // on SIGUSR1
        std::function<void()> save;    // every look_every
    };

    // Throws std::system_error when there is no descriptor left.
    // `metrics` is null when nobody may scrape.
    Housekeeping(ControlSocket& control, MetricsEndpoint* metrics, Work work, log::Log& log);

    // Returns soon after the stop is asked for.
    void run(const std::stop_token& stop);

  private:
    std::vector<pollfd> wait(SteadyTime until) const;
    void fenced(const std::function<void()>& work);

    ControlSocket& control_;
    MetricsEndpoint* metrics_;
    Work work_;
    log::Log& log_;
    ReloadSignal reload_signal_;
    system::Descriptor wake_;  // made readable by a stop request
};

}  // namespace spillway::daemon
