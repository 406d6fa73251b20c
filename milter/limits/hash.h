// FNV-1a, 64 bits (draft-eastlake-fnv): for checksums and for shortened keys, not against forgers.
#pragma once

#include <cstdint>

namespace spillway::limits {

// Of the bytes of a range of char, in its order; `hash` is that of what stands before them.
template <typename Bytes>
std::uint64_t fnv1a(Bytes begin, Bytes end, std::uint64_t hash = 0xcbf29ce484222325) {
    for (; begin != end; ++begin) {
        hash ^= static_cast<unsigned char>(*begin);
        hash *= 0x100000001b3;
    }
    return hash;
}

// The finish of MurmurHash3 (public domain): each bit of the hash changes half of the others, for
// tables that are cut by some of its bits.
constexpr std::uint64_t mixed(std::uint64_t hash) {
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 33;
}

}  // namespace spillway::limits
