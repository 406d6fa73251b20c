// The clock of the process, in the shape the core takes time in.
#pragma once

#include <chrono>

#include "limits/limits.h"

namespace spillway::daemon {

inline limits::Time now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(limits::Clock::now());
}

}  // namespace spillway::daemon
