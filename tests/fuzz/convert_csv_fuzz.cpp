// The input as a list that a spreadsheet wrote: what is read and written again is read alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "convert/csv.h"

using namespace spillway::convert;

namespace {

std::vector<CsvRow> rows_of(std::string_view text, bool& whole) {
    std::vector<CsvRow> rows;
    CsvReader reader(text);
    std::size_t line = 0;
    while (true) {
        auto row = reader.next();
        whole = row.has_value();
        if (!row || !*row) return rows;
        if (reader.line() <= line) std::abort();
        line = reader.line();
        rows.push_back(**std::move(row));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bool whole = false;
    const auto rows = rows_of(std::string_view(reinterpret_cast<const char*>(data), size), whole);
    std::string written;
    for (const CsvRow& row : rows) written += csv_line(row);
    if (rows_of(written, whole) != rows || !whole) std::abort();
    return 0;
}
