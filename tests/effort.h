// How often tests over random events repeat themselves, and how long they may take.
#pragma once

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;  // many times slower, and looks for other mistakes
#else
inline constexpr bool is_sanitized = false;
#endif

// A tenth under sanitizers; ten times as often when SPILLWAY_FIGURES is set.
inline int rounds(int usual) {
    if (is_sanitized) return usual / 10;
    return std::getenv("SPILLWAY_FIGURES") != nullptr ? usual * 10 : usual;
}
