// Sets of texts that operators keep in Redis: spillway-redis(7) tells them how.
//
// Thread-safe, as Redis is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "store/redis.h"

namespace spillway::store {

// All members; a Failure when there are more than `most`, or when the key holds no set.
tl::expected<std::vector<std::string>, Failure> members_of(Redis& redis, const std::string& key,
                                                           std::size_t most, Deadline deadline);

// Those of `texts` that are members, in one round trip.
tl::expected<std::vector<std::string>, Failure> members_among(Redis& redis, const std::string& key,
                                                              const std::vector<std::string>& texts,
                                                              Deadline deadline);

}  // namespace spillway::store
