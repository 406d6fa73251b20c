// The client of socketmap servers (Postfix: socketmap_table(5), Sendmail: socket maps): netstrings
// over a socket, one question at a time.
//
// Thread-safe. No question waits beyond its deadline. A server that dies, hangs or says what is not
// asked is a failure; its connection is not used again, because a late answer would be taken for
// the next one's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lookup/answer.h"
#include "lookup/idle.h"
#include "store/resolver.h"
#include "store/stream.h"

namespace spillway::lookup {

// "LENGTH:TEXT,".
std::string netstring(std::string_view text);

class Socketmap {
  public:
    static constexpr std::size_t most_connections = 32;

    Socketmap(match::SocketmapTable table, std::shared_ptr<store::Resolver> resolver);

    // Of pairs, what the server says of the key: values with blanks or commas between them. Of
    // sets, the entries that it knows, asked one after the other.
    Answered ask(const match::Question& question, store::Deadline deadline);

  private:
    tl::expected<std::unique_ptr<store::Stream>, Failed> open(store::Deadline deadline) const;
    // What the server says of one text; nullopt when it does not know it.
    tl::expected<std::optional<std::string>, Failed> look_up(std::unique_ptr<store::Stream>& stream,
                                                             std::string_view text,
                                                             store::Deadline deadline);

    const match::SocketmapTable table_;
    const std::shared_ptr<store::Resolver> resolver_;
    Idle<store::Stream> idle_;
};

}  // namespace spillway::lookup
