// Any bytes as a file of saved counts: it is loaded or refused, and what was loaded can be saved
// and loaded again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "limits/memory_counters.h"

using namespace spillway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const limits::Time now{std::chrono::milliseconds{1'800'000'000'000}};
    limits::MemoryCounters counters;
    if (!counters.load(std::string_view(reinterpret_cast<const char*>(data), size), now)) return 0;
    limits::MemoryCounters again;
    if (!again.load(counters.save(now), now)) std::abort();
    return 0;
}
