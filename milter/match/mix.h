// Spreads the bits of a number evenly, for hashes of which a few bits must do.
#pragma once

#include <cstdint>

namespace spillway::match {

// The finaliser of SplitMix64 (Stafford's variant 13), which maps no two numbers to one. After FNV
// it is needed: there the high bits know little of the last letters.
constexpr std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

}  // namespace spillway::match
