// What an error of Redis asks of its client (https://redis.io/docs/reference/protocol-spec, "Simple
// errors"; Redis Cluster specification, "MOVED Redirection" and "ASK redirection").
#pragma once

#include <optional>
#include <string_view>

#include "store/reply.h"
#include "store/resolver.h"

namespace spillway::store {

enum class ReplyKind {
    answer,     // no error, or one that is the caller's business
    moved,      // the slot lives on another node from now on
    ask,        // this time the other node is to be asked
    try_again,  // the keys are just being moved to another node
    read_only,  // a replica: the master is another server
    no_login,   // this connection is not, or no longer, logged in
    not_now,    // this server cannot serve at the moment, or at all
};

ReplyKind kind_of(const redisReply& reply);

// Where a reply of kind moved or ask leads to. An empty host means the server that was asked.
std::optional<Endpoint> redirection(const redisReply& reply, const Endpoint& asked);

}  // namespace spillway::store
