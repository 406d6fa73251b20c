// The 16384 slots into which a Redis cluster divides all keys (Redis Cluster specification, "Key
// distribution model"). Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "store/reply.h"
#include "store/resolver.h"

namespace spillway::store {

constexpr unsigned slot_count = 16384;

// CRC16/XMODEM of the key, or of what stands between its first { and the next } unless that is
// nothing, modulo 16384.
unsigned slot_of(std::string_view key);

struct SlotRange {
    unsigned first = 0;
    unsigned last = 0;  // belongs to it
    Endpoint master;
};

// The reply of CLUSTER SLOTS; nullopt when it is none. Nodes whose place is not known are left out.
std::optional<std::vector<SlotRange>> slot_ranges(const redisReply& reply, const Endpoint& asked);

}  // namespace spillway::store
