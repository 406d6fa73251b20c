// What the ways of telling people share: the time one try has, and how it went.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <tl/expected.hpp>

namespace spillway::daemon {

// Asked again and again while a try lasts, because the end of the process shortens it; zero or less
// is the end of the try.
using TimeLeft = std::function<std::chrono::milliseconds()>;

struct Undelivered {
    std::string why;        // for the log
    bool for_good = false;  // trying again would give the same
};
using Attempt = tl::expected<void, Undelivered>;

// How often a wait looks at the time left.
inline constexpr std::chrono::milliseconds longest_wait{100};

}  // namespace spillway::daemon
