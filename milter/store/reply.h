// A reply of Redis, owned.
#pragma once

#include <memory>
#include <string_view>

#include <hiredis/hiredis.h>

namespace spillway::store {

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

// The text of a string, status or error; "" of anything else.
inline std::string_view text_of(const redisReply& reply) {
    return reply.str ? std::string_view(reply.str, reply.len) : std::string_view();
}

inline bool is_error(const redisReply& reply) { return reply.type == REDIS_REPLY_ERROR; }

}  // namespace spillway::store
