// Opens the counters that the settings name.
#pragma once

#include <memory>

#include "language/settings.h"
#include "limits/counters.h"
#include "store/notice.h"
#include "store/watch.h"

namespace spillway::store {

// MemoryCounters or RedisCounters. Redis need not answer yet, but its host's name must resolve:
// throws std::runtime_error when it does not, or when a socket's path is too long.
std::unique_ptr<limits::Counters> open_counters(const language::Store& store, Notice notice,
                                                Watch watch);

}  // namespace spillway::store
