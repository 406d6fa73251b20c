// The control socket: one line of JSON in, one line of JSON out.
//
// Polled and served as clients.h says. Not thread-safe; used by the housekeeping thread only.
#pragma once

#include <poll.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/clients.h"
#include "daemon/privileges.h"
#include "language/settings.h"

namespace spillway::daemon {

class ControlSocket {
  public:
    // The reply to one request line, both without the line end.
    using Answer = std::function<std::string(std::string_view request)>;

    // Binds and listens; call it before privileges are dropped. A socket file that nobody answers
    // on is replaced. Throws std::runtime_error when another daemon answers, std::system_error
    // else.
    ControlSocket(const language::UnixSocket& setting, const std::optional<Account>& owner);

    void add_watched(std::vector<pollfd>& watched, SteadyTime now) const {
        clients_.add_watched(watched, now);
    }
    void serve(std::span<const pollfd> polled, const Answer& answer, SteadyTime now);

    // Removes the socket file, as far as the present user may.
    void close();

  private:
    void listen_at(const language::UnixSocket& setting, const std::optional<Account>& owner);

    std::string path_;
    Clients clients_;
};

}  // namespace spillway::daemon
