// How the store tells operators what they should know.
#pragma once

#include <functional>
#include <string>

namespace spillway::store {

// In words; called from any thread, once for each change of state. Must not throw.
using Notice = std::function<void(std::string)>;

}  // namespace spillway::store
