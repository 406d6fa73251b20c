// One count under the law of the window (see limits.h). A value; not thread-safe by itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "limits/limits.h"

namespace spillway::limits {

class SlidingCount {
  public:
    explicit SlidingCount(std::chrono::milliseconds span);

    // The use at `now`; a clock that went backwards counts as standing still.
    std::int64_t used(Time now);
    void add(std::int64_t cost, Time now);

    // When `cost` fits under `limit`, given that it does not now; nullopt when cost > limit.
    std::optional<Time> next_free(std::int64_t cost, std::int64_t limit, Time now);

    // True when nothing is counted any more.
    bool expired(Time now);

  private:
    friend class CountText;  // save and load

    void advance(Time now);

    std::int64_t slice_ms_;
    std::int64_t head_ = 0;  // number of the newest slice since the epoch
    std::int64_t total_ = 0;
    std::array<std::int64_t, slices + 1> counts_{};  // slice number modulo slices + 1
};

}  // namespace spillway::limits
