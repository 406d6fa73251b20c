// Numbers as files of Microsoft and PKWARE have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spillway::documents {

// Bytes beyond the end are zeros, so that nothing has to be checked twice.
template <typename Number>
Number number_at(std::string_view bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        if (at < bytes.size() && i < bytes.size() - at)
            number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    return static_cast<Number>(number);
}

inline std::uint16_t u16(std::string_view bytes, std::size_t at) {
    return number_at<std::uint16_t>(bytes, at);
}
inline std::uint32_t u32(std::string_view bytes, std::size_t at) {
    return number_at<std::uint32_t>(bytes, at);
}
inline std::uint64_t u64(std::string_view bytes, std::size_t at) {
    return number_at<std::uint64_t>(bytes, at);
}

}  // namespace spillway::documents
