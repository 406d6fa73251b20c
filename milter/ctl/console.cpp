#include "ctl/console.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "policy/words.h"

#include "log/inert.h"

namespace spillway::ctl {

namespace {

// Characters, not bytes: every byte that does not continue a UTF-8 sequence begins one.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    return widths;
}

}  // namespace

std::string with_commas(std::int64_t count) {
    std::string digits = fmt::format("{}", count);
    const std::size_t first = digits.front() == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string max_text(std::int64_t max) {
    return max == limits::unlimited ? policy::in_words(max) : with_commas(max);
}

std::string counted(std::int64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", with_commas(count), noun, count == 1 ? "" : "s");
}

std::string shown(std::string_view text) {
    std::string safe = log::inert(text);
    if (safe.size() < 2 || !safe.starts_with('"')) return safe;
    // Without the quotes around them, quotes need no backslash; all other escapes stay.
    std::string bare;
    for (std::size_t i = 1; i + 1 < safe.size(); ++i) {
        if (safe[i] == '\\' && safe[i + 1] != '"') bare += safe[i];
        if (safe[i] == '\\') ++i;
        bare += safe[i];
    }
    return bare;
}

std::string span_text(std::int64_t seconds) {
    struct Unit {
        std::int64_t seconds;
        char letter;
    };
    static constexpr std::array<Unit, 3> units{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}}};
    for (const Unit& unit : units) {
        if (seconds > 0 && seconds % unit.seconds == 0) {
            return fmt::format("{}{}", seconds / unit.seconds, unit.letter);
        }
    }
    return fmt::format("{}s", seconds);
}

std::string columns(const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
    const std::vector<std::size_t> widths = widths_of(rows);
    std::string text;
    for (const auto& row : rows) {
        std::string line(indent);
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace spillway::ctl
