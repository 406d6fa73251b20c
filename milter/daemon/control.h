// The control socket: one line of JSON in, one line of JSON out.
//
// Serves a bounded number of clients without threads of its own: the owner polls the descriptors
// and hands over what is ready. Not thread-safe; used by the housekeeping thread only.
#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/descriptor.h"
#include "daemon/privileges.h"
#include "language/settings.h"

namespace spillway::daemon {

using SteadyTime = std::chrono::steady_clock::time_point;

class ControlSocket {
  public:
    // The reply to one request line, both without the line end.
    using Answer = std::function<std::string(std::string_view request)>;

    static constexpr std::size_t most_clients = 16;
    static constexpr std::size_t longest_request = 64 * 1024;
    // A client that has not asked by then is dropped, and one that has not taken its reply by then
    // after the reply was ready: the answer itself may take longer.
    static constexpr std::chrono::seconds patience{5};
    // How long nobody is accepted after the process ran out of descriptors or memory: the waiting
    // client keeps the listener readable, and polling it would only spin.
    static constexpr std::chrono::seconds accept_pause{1};

    // Binds and listens; call it before privileges are dropped. A socket file that nobody answers
    // on is replaced. Throws std::runtime_error when another daemon answers, std::system_error
    // else.
    ControlSocket(const language::UnixSocket& setting, const std::optional<Account>& owner);

    // Appends what to poll for; empty handed when all places are taken is no trouble: the kernel
    // queues further clients, and the places free themselves within `patience`.
    void add_watched(std::vector<pollfd>& watched, SteadyTime now) const;
    void serve(std::span<const pollfd> polled, const Answer& answer, SteadyTime now);

    // Removes the socket file, as far as the present user may.
    void close();

  private:
    struct Client {
        Descriptor fd;
        std::optional<SteadyTime> deadline;  // none: begins with the next serve()
        std::string in;
        std::string out;
        std::size_t sent = 0;
        bool done = false;
    };

    void listen_at(const language::UnixSocket& setting, const std::optional<Account>& owner);
    void accept_clients(SteadyTime now);
    static void read_from(Client& client, const Answer& answer);
    static void write_to(Client& client);

    std::string path_;
    Descriptor listener_;
    SteadyTime accept_from_;
    std::vector<Client> clients_;
};

}  // namespace spillway::daemon
