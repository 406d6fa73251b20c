// A byte stream to a server, plain or over TLS, whose every wait ends at a deadline.
//
// Used by one thread at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "crypto/tls.h"
#include "system/descriptor.h"

namespace spillway::store {

using Deadline = std::chrono::steady_clock::time_point;

// Why there is no reply. `lost` is set when the connection died under a call that may have been
// carried out: a repetition on a new connection may still get its answer. `ours` is set when Redis
// was not asked because this process had no place for a connection: no sign of how Redis is.
struct Failure {
    std::string why;
    bool lost = false;
    bool ours = false;
};

struct Address {
    sockaddr_storage bytes{};
    socklen_t length = 0;
};

// Whom to trust, and what the server's certificate must be for. Lives as long as the stream.
struct TlsEnd {
    const crypto::TlsContext& context;
    std::string name;
};

class Stream {
  public:
    // Connects to the first address that answers, and shakes hands when there is `tls`; all
    // together have until the deadline.
    static tl::expected<Stream, Failure> open(const std::vector<Address>& addresses,
                                              const TlsEnd* tls, Deadline deadline);

    tl::expected<void, Failure> write(std::string_view bytes, Deadline deadline);

    // At least one byte, at most `most`.
    tl::expected<std::size_t, Failure> read(char* to, std::size_t most, Deadline deadline);

    // Nothing waits to be read: neither bytes that nobody asked for nor the end of the stream.
    bool is_quiet() const;

  private:
    struct Plain {
        int fd;
        crypto::Progress read(char* to, std::size_t most) const;
        crypto::Progress write(std::string_view bytes) const;
    };

    explicit Stream(system::Descriptor socket)
        : socket_(std::move(socket)), way_(Plain{socket_.get()}) {}
    tl::expected<void, Failure> shake_hands(const TlsEnd& tls, Deadline deadline);
    bool has_pending() const;

    system::Descriptor socket_;
    std::variant<Plain, crypto::TlsStream> way_;  // refers to the socket's number
};

}  // namespace spillway::store
