// What a count's hash in Redis says of its use (lua/counts.lua tells its fields). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "limits/limits.h"
#include "store/reply.h"

namespace spillway::store {

struct StoredUse {
    std::int64_t used = 0;
    // Set when members are counted: `used` is how many of them were seen since then, in ms, which
    // has to be asked for.
    std::optional<std::int64_t> members_since{};
};

// Of the reply to HGETALL, at the server's `now`. A count that is over is 0; nullopt when it is
// none of ours.
std::optional<StoredUse> stored_use(const redisReply& hash, limits::Time now);

}  // namespace spillway::store
