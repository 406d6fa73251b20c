// One connection to Redis: commands out, replies in. hiredis's own connection is not used: its
// timeouts hold for single system calls, ours for the whole call.
//
// Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "store/reader.h"
#include "store/reply.h"
#include "store/stream.h"

namespace spillway::store {

// A command: its name and its arguments, which may be any bytes.
using Words = std::vector<std::string>;

// Appends the command as Redis reads it (an array of bulk strings).
void append_command(std::string& bytes, const Words& words);

class Connection {
  public:
    // Connects to the first address that answers; all together have until the deadline.
    static tl::expected<std::unique_ptr<Connection>, Failure> open(
        const std::vector<Address>& addresses, Deadline deadline, const TlsEnd* tls = nullptr);

    // Sends one command and waits for its reply, which may be an error of Redis. After a Failure
    // the connection is of no use any more: a late reply would be taken for the next one's.
    tl::expected<Reply, Failure> call(const Words& words, Deadline deadline);

    // The same for several commands in one write (append_command), each of which has one reply.
    tl::expected<std::vector<Reply>, Failure> exchange(std::string_view commands, std::size_t count,
                                                       Deadline deadline);

    bool usable() const { return usable_; }

    // For a connection that answers, but in a way that makes it useless.
    void give_up() { usable_ = false; }

  private:
    explicit Connection(Stream stream) : stream_(std::move(stream)) {}
    tl::expected<Reply, Failure> receive(Deadline deadline);

    Stream stream_;
    Reader reader_;
    bool usable_ = true;
};

}  // namespace spillway::store
