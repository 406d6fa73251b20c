// Opens the counters that the settings name.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "language/settings.h"
#include "limits/counters.h"

namespace spillway::store {

// What an operator should know, in words; called from any thread, once for each change of state.
// Must not throw.
using Notice = std::function<void(std::string)>;

// MemoryCounters or RedisCounters. Redis need not answer yet, but its host's name must resolve:
// throws std::runtime_error when it does not, or when a socket's path is too long.
std::unique_ptr<limits::Counters> open_counters(const language::Store& store, Notice notice);

}  // namespace spillway::store
