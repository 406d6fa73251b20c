// Clients of one listening socket, each of whom asks once and is answered once.
//
// A bounded number of them without threads of its own: the owner polls the descriptors and hands
// over what is ready, and nothing here ever waits. Not thread-safe; used by the housekeeping thread
// only.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "system/descriptor.h"

namespace spillway::daemon {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clients {
  public:
    // The request that begins `in`, once all of it is there.
    using Request = std::optional<std::string_view> (*)(std::string_view in);
    // All bytes of the reply.
    using Answer = std::function<std::string(std::string_view request)>;

    static constexpr std::size_t most = 16;
    // Who has not asked by then is dropped, and who has not taken the reply by then after it was
    // ready: the answer itself may take longer.
    static constexpr std::chrono::seconds patience{5};
    // How long nobody is accepted after the process ran out of descriptors or memory: the waiting
    // client keeps the listener readable, and polling it would only spin.
    static constexpr std::chrono::seconds accept_pause{1};

    // The listener does not block. Longer requests than `longest` bytes end without an answer.
    Clients(system::Descriptor listener, Request request, std::size_t longest);

    // Appends what to poll for; empty handed when all places are taken is no trouble: the kernel
    // queues further clients, and the places free themselves within `patience`.
    void add_watched(std::vector<pollfd>& watched, SteadyTime now) const;
    void serve(std::span<const pollfd> polled, const Answer& answer, SteadyTime now);

    int listener() const { return listener_.get(); }
    bool is_open() const { return listener_.is_open(); }
    void close();

  private:
    struct Client {
        system::Descriptor fd;
        std::optional<SteadyTime> deadline;  // none: begins with the next serve()
        std::string in;
        std::string out;
        std::size_t sent = 0;
        bool done = false;
    };

    void accept(SteadyTime now);
    void read_from(Client& client, const Answer& answer) const;
    static void write_to(Client& client);

    system::Descriptor listener_;
    Request request_;
    std::size_t longest_;
    SteadyTime accept_from_;
    std::vector<Client> clients_;
};

}  // namespace spillway::daemon
