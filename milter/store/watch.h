// What the counters in Redis tell of their calls, for the metrics.
//
// Called from the threads that call Redis, so both must be thread-safe, quick, and not throw. Empty
// ones are not called.
#pragma once

#include <chrono>
#include <functional>

#include "log/metrics.h"

namespace spillway::store {

struct Watch {
    // After each call, or when none could be made.
    std::function<void(log::RedisResult result, std::chrono::steady_clock::duration took)> called;
    // Whenever the breaker opens or closes.
    std::function<void(bool open)> breaker;
};

inline Watch watch_for(log::Metrics& metrics) {
    return {.called =
                [&metrics](log::RedisResult result, std::chrono::steady_clock::duration took) {
                    metrics.redis_call(result, took);
                },
            .breaker = [&metrics](bool open) { metrics.redis_breaker(open); }};
}

}  // namespace spillway::store
