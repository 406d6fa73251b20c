// Comma-separated values (RFC 4180), as spreadsheets and mail platforms write them: CRLF or LF,
// quoted fields over several lines, a byte order mark.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace spillway::convert {

using CsvRow = std::vector<std::string>;

// Reads one row after the other. The text must outlive it.
class CsvReader {
  public:
    explicit CsvReader(std::string_view text);

    // The next row that is not empty; nullopt at the end. The error is a quote that is not closed
    // or that something follows; nothing is read after it.
    tl::expected<std::optional<CsvRow>, std::string> next();
    std::size_t line() const { return line_; }  // where the row that was read last began

  private:
    tl::expected<std::string, std::string> field();
    tl::expected<std::string, std::string> quoted_field();
    bool at_line_end() const;

    std::string_view rest_;
    std::size_t line_ = 0;
    std::size_t next_line_ = 1;
};

// With its CRLF; read again it is the same row.
std::string csv_line(const CsvRow& row);

}  // namespace spillway::convert
