// FNV-1a, 64 bits (draft-eastlake-fnv): for checksums and for shortened keys, not against forgers.
#pragma once

#include <cstdint>

namespace spillway::limits {

// Of the bytes of a range of char, in its order.
template <typename Bytes>
std::uint64_t fnv1a(Bytes begin, Bytes end) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (; begin != end; ++begin) {
        hash ^= static_cast<unsigned char>(*begin);
        hash *= 0x100000001b3;
    }
    return hash;
}

}  // namespace spillway::limits
