// Words and columns for a person at a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::ctl {

// "1 rule", "2 rules", "1,204 bytes".
std::string counted(std::int64_t count, std::string_view noun);
std::string with_commas(std::int64_t count);
std::string max_text(std::int64_t max);  // with commas, or "unlimited"

// Foreign text without anything that could drive a terminal.
std::string shown(std::string_view text);

// "7d", "1h", "90s": the largest unit that loses nothing.
std::string span_text(std::int64_t seconds);

// Rows as lines with columns aligned, two blanks apart; the last column is left as it is.
std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view indent);

void print(std::string_view text);

}  // namespace spillway::ctl
