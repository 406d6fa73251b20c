// One connection to Redis: our own non-blocking socket, hiredis formats the commands and reads the
// replies. hiredis 0.14's own connection is not used: its timeouts hold for single system calls,
// ours for the whole call.
//
// Used by one thread at a time.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "language/settings.h"
#include "store/reply.h"

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

// Where Redis listens: a unix socket when the port is 0, else every address of the host. Names are
// resolved here and never again, because getaddrinfo(3) keeps no deadline. Throws
// std::runtime_error.
std::vector<Address> resolve(const language::RedisStore& place);

// A file descriptor that closes itself; -1 is none.
class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();

    int get() const { return fd_; }

  private:
    int fd_;
};

class Connection {
  public:
    // Connects to the first address that answers; all together have until the deadline.
    static tl::expected<std::unique_ptr<Connection>, Failure> open(
        const std::vector<Address>& addresses, Deadline deadline);

    // Sends one command and waits for its reply, which may be an error of Redis. After a Failure
    // the connection is of no use any more: a late reply would be taken for the next one's.
    tl::expected<Reply, Failure> call(const std::vector<std::string>& words, Deadline deadline);

    bool usable() const { return usable_; }

  private:
    struct FreeReader {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    explicit Connection(Descriptor socket);
    tl::expected<void, Failure> send(std::string_view bytes, Deadline deadline);
    tl::expected<Reply, Failure> receive(Deadline deadline);
    tl::expected<Reply, Failure> next_reply();

    Descriptor socket_;
    std::unique_ptr<redisReader, FreeReader> reader_;
    bool usable_ = true;
};

}  // namespace spillway::store
