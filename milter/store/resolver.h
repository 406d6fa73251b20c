// Names of hosts into addresses without holding up who asks: getaddrinfo(3) keeps no deadline, so a
// thread of its own calls it. Addresses once known are used until something better is known; they
// are looked up again when connecting to them fails.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

#include "language/settings.h"
#include "store/stream.h"

namespace spillway::store {

using Endpoint = language::HostPort;

// "127.0.0.1:6379", "[::1]:6379" or "/run/redis.sock".
std::string text_of(const Endpoint& endpoint);

// The addresses of an endpoint that needs no look-up: of an IP address, or of a unix socket when
// the port is 0. Empty for names. Throws std::runtime_error when a socket's path is too long.
std::vector<Address> written_addresses(const Endpoint& endpoint);

class Resolver {
  public:
    static constexpr std::chrono::seconds between_look_ups{2};

    Resolver() = default;
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    // Waits for a look-up that is under way.
    ~Resolver();

    // At least one address. What is known is answered at once, else the look-up is waited for.
    tl::expected<std::vector<Address>, Failure> find(const Endpoint& endpoint, Deadline deadline);

    // What find() said leads nowhere: looks it up again, at most every two seconds, while callers
    // go on with what is known.
    void doubt(const Endpoint& endpoint);

  private:
    struct Known {
        std::vector<Address> addresses;
        std::string why;  // the last look-up failed
        Deadline looked_up;
        std::size_t look_ups = 0;
        bool wanted = false;
    };
    void want(Known& known);  // under the lock
    void look_up_wanted(const std::stop_token& stop);

    std::mutex mutex_;  // guards all below
    std::condition_variable_any changed_;
    std::map<Endpoint, Known> known_;
    std::jthread thread_;  // begins with the first name
};

}  // namespace spillway::store
