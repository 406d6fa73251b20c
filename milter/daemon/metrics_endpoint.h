// Where Prometheus asks for the metrics: GET /metrics over HTTP/1.1 (RFC 9112), one answer a
// connection.
//
// A few lines of HTTP in the housekeeping's poll loop rather than the web server that comes with
// prometheus-cpp: no threads that would have to be told of privileges, signals and the end, and no
// parser of cookies and ranges in a process that mail depends on. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/clients.h"
#include "language/settings.h"

namespace spillway::daemon {

// The reply to a request of one head (request line, fields, empty line): the text for GET and HEAD
// of /metrics, else 404 or 405. `text` is called only when it is wanted.
std::string http_reply(std::string_view request, const std::function<std::string()>& text);

class MetricsEndpoint {
  public:
    using Text = std::function<std::string()>;

    // Binds and listens. Throws std::runtime_error when the host has no address, std::system_error
    // when it cannot be listened on. Port 0 takes any.
    explicit MetricsEndpoint(const language::InetSocket& setting);

    std::uint16_t port() const;

    void add_watched(std::vector<pollfd>& watched, SteadyTime now) const {
        clients_.add_watched(watched, now);
    }
    void serve(std::span<const pollfd> polled, const Text& text, SteadyTime now);

  private:
    Clients clients_;
};

}  // namespace spillway::daemon
