// A file of compiled patterns, and the input as the sets of one, which come back as they were.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "match/saved_sets.h"

using namespace spillway::match;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    saved_sets(bytes);
    const std::string recipe(bytes.substr(0, size / 3));
    const std::string database(bytes.substr(size / 3));
    const auto read = saved_sets(bytes_of({{recipe, database}, {database, recipe}}));
    if (!read || read->size() != 2) std::abort();
    if (read->front().recipe != recipe || read->front().database != database) std::abort();
    return 0;
}
