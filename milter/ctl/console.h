// Words and columns for a person at a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace spillway::ctl {

// "1 rule", "2 rules", "1,204 bytes".
std::string counted(std::int64_t count, std::string_view noun);
std::string with_commas(std::int64_t count);
std::string max_text(std::int64_t max);  // with commas, or "unlimited"

// Foreign text without anything that could drive a terminal.
std::string shown(std::string_view text);

// Foreign text of any length, made harmless in the same way; only its line ends stay.
std::string visible(std::string_view text);

// "7d", "1h", "90s": the largest unit that loses nothing.
std::string span_text(std::int64_t seconds);

// "850 ns", "1.2 us", "34 ms": two digits at least.
std::string duration_text(std::int64_t nanoseconds);

// Rows as lines with columns aligned, two blanks apart; the last column is left as it is.
std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view indent);

// A maximum as the daemon's replies have it: with commas, "unlimited", or "" where it is null.
std::string max_text(const nlohmann::json& max);

// A window of the daemon's replies, after a number of what is counted: " in 1h", " a month",
// " at once"; "" for the null of a pace, whose number is a burst.
std::string in_window(const nlohmann::json& window);

// A time of the daemon's replies in a zone: "14:07" today, else "24 Nov 00:00", and with the year
// where it is another; "" for null. UTC where this machine does not know the zone.
std::string time_text(const nlohmann::json& time, const std::string& zone);

// The terminal's columns and lines; nullopt when standard output is none.
struct Size {
    std::size_t columns = 80;
    std::size_t lines = 24;
};
std::optional<Size> terminal();

// Not longer than so many characters: its middle gives way to two dots.
std::string shortened(const std::string& text, std::size_t most);

void print(std::string_view text);

}  // namespace spillway::ctl
