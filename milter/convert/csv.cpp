#include "convert/csv.h"

#include <algorithm>

#include <fmt/format.h>

namespace spillway::convert {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool needs_quotes(std::string_view field) {
    return field.find_first_of(",\"\r\n") != field.npos || field.starts_with(' ') ||
           field.starts_with(byte_order_mark);
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::at_line_end() const {
    return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n") || rest_ == "\r";
}

tl::expected<std::optional<CsvRow>, std::string> CsvReader::next() {
    while (!rest_.empty() && at_line_end()) {
        rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
        ++next_line_;
    }
    line_ = next_line_;
    if (rest_.empty()) return std::nullopt;
    CsvRow row;
    while (true) {
        auto text = field();
        if (!text) return tl::unexpected(text.error());
        row.push_back(*std::move(text));
        if (at_line_end()) return row;
        if (rest_.front() != ',')
            return tl::unexpected(fmt::format("line {}: a comma is missing behind a quote", line_));
        rest_.remove_prefix(1);
    }
}

tl::expected<std::string, std::string> CsvReader::field() {
    if (rest_.starts_with('"')) return quoted_field();
    std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
    std::string text(rest_.substr(0, end));
    if ((end == rest_.size() || rest_[end] == '\n') && text.ends_with('\r')) {
        text.pop_back();
        --end;
    }
    rest_.remove_prefix(end);
    return text;
}

tl::expected<std::string, std::string> CsvReader::quoted_field() {
    std::string text;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
        const char byte = rest_.front();
        rest_.remove_prefix(1);
        if (byte == '"') {
            if (!rest_.starts_with('"')) return text;
            rest_.remove_prefix(1);
        }
        if (byte == '\n') ++next_line_;
        text += byte;
    }
    return tl::unexpected(fmt::format("line {}: a quote is not closed", line_));
}

std::string csv_line(const CsvRow& row) {
    std::string line;
    for (const std::string& field : row) {
        if (&field != &row.front()) line += ',';
        if (!needs_quotes(field) && (row.size() > 1 || !field.empty())) {
            line += field;
            continue;
        }
        line += '"';
        for (const char byte : field) line += byte == '"' ? "\"\"" : std::string(1, byte);
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace spillway::convert
