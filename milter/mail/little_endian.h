// Numbers as Microsoft's formats lay them out, the lowest byte first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::mail {

// Bytes beyond the end count as zero.
constexpr std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i)
        number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8U * i;
    return number;
}

constexpr std::uint32_t little_endian_16(std::string_view bytes, std::size_t at) {
    return little_endian(bytes, at, 2);
}
constexpr std::uint32_t little_endian_32(std::string_view bytes, std::size_t at) {
    return little_endian(bytes, at, 4);
}

}  // namespace spillway::mail
