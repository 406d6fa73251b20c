#include "extract/extracted.h"

#include <array>

namespace spillway::extract {

std::string_view words(Trouble trouble) {
    static constexpr std::array<std::string_view, 11> all{
        "was read",
        "is damaged",
        "can be read in different ways",
        "is too large",
        "is nested too deep",
        "has a format that is not read",
        "took too long to read",
        "took too much memory to read",
        "could not be read: the reading process died",
        "could not be read in time: all reading processes were busy",
        "could not be read: no reading process could be started",
    };
    return all.at(static_cast<std::size_t>(trouble));
}

}  // namespace spillway::extract
