// \b as it is in ASCII.
//
// Pure functions; any number of threads.
#pragma once

#include <cstddef>
#include <string_view>

namespace spillway::match {

inline bool is_word_of_ascii(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Between the character before this place and the one at it, of which either may not be there.
inline bool is_boundary(std::string_view text, std::size_t at) {
    const bool before = at > 0 && is_word_of_ascii(text[at - 1]);
    const bool behind = at < text.size() && is_word_of_ascii(text[at]);
    return before != behind;
}

}  // namespace spillway::match
