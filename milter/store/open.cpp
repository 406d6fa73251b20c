#include "store/open.h"

#include "limits/memory_counters.h"
#include "store/redis_counters.h"

namespace spillway::store {

std::unique_ptr<limits::Counters> open_counters(const language::Store& store, Notice notice,
                                                Watch watch) {
    if (const auto* redis = std::get_if<language::RedisStore>(&store))
        return std::make_unique<RedisCounters>(*redis, std::move(notice), std::move(watch));
    return std::make_unique<limits::MemoryCounters>();
}

}  // namespace spillway::store
