// Where a call goes, and since when that is known.
#pragma once

#include <cstdint>
#include <memory>

#include "store/pool.h"

namespace spillway::store {

struct Target {
    std::shared_ptr<Pool> pool;
    std::uint64_t round = 0;  // what to doubt (fetched.h); 0 is nothing
};

}  // namespace spillway::store
