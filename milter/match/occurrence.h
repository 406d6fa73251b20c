// One place in a text where something that was looked for stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace spillway::match {

struct Occurrence {
    std::size_t begin = 0;  // bytes of the text
    std::size_t end = 0;
    std::uint64_t value = 0;  // the same for what counts as the same, however it is written
    std::int64_t weight = 1;
};

// Called for each occurrence in order; false: enough.
using OccurrenceSink = std::function<bool(const Occurrence&)>;

}  // namespace spillway::match
