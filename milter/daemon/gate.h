// The gate's socket: counts log-ins for `spillwayctl pop3-gate`, and answers nothing else.
//
// A socket beside the control socket, because whoever runs after a log-in must not be able to
// reload or reset; and a thread of its own, because a reload or a long list of counters must not
// keep people from their mail.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "daemon/control.h"
#include "daemon/privileges.h"
#include "session/session.h"
#include "system/descriptor.h"

namespace spillway::daemon {

// The reply to one request line. Never throws.
std::string gate_reply(std::string_view request, const session::Surroundings& around) noexcept;

class Gate {
  public:
    // Binds and listens, as ControlSocket; before privileges are dropped. Throws alike.
    Gate(const language::UnixSocket& setting, const std::optional<Account>& owner);

    // Answers until stop(). `around` lives longer.
    void open(const session::Surroundings& around);
    // Removes the socket file.
    void stop();

  private:
    void serve(const std::stop_token& stop, const session::Surroundings& around);

    ControlSocket socket_;
    system::Descriptor wake_;  // made readable by a stop request
    std::jthread thread_;
};

}  // namespace spillway::daemon
