#include "ctl/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include <date/tz.h>

#include <fmt/format.h>

#include "limits/limits.h"
#include "log/inert.h"
#include "mail/utf8.h"
#include "policy/words.h"

namespace spillway::ctl {

namespace {

bool goes_on(char byte) { return (byte & 0xC0) == 0x80; }

// Characters, not bytes: every byte that does not continue a UTF-8 sequence begins one.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return !goes_on(byte); }));
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

const date::time_zone* zone_named(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return date::locate_zone("Etc/UTC");
    }
}

}  // namespace

std::string duration_text(std::int64_t nanoseconds) {
    struct Unit {
        const char* name;
        double nanoseconds;
    };
    constexpr std::array<Unit, 3> units{{{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
    if (nanoseconds < 1000) return fmt::format("{} ns", nanoseconds);
    const auto fits = std::ranges::find_if(units, [&](const Unit& unit) {
        return static_cast<double>(nanoseconds) < 999.5 * unit.nanoseconds;
    });
    const Unit& unit = fits == units.end() ? units.back() : *fits;
    const double value = static_cast<double>(nanoseconds) / unit.nanoseconds;
    return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, unit.name);
}

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

std::string visible(std::string_view text) {
    constexpr std::size_t piece_bytes = 256;  // no more than what shown() leaves whole
    std::string safe;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        while (!line.empty()) {
            const std::string_view piece = mail::utf8_prefix(line, piece_bytes);
            safe += shown(piece);
            line.remove_prefix(piece.size());
        }
        safe += '\n';
    }
    return safe;
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

std::string max_text(const nlohmann::json& max) {
    if (max.is_null()) return "";
    return max.is_string() ? max.get<std::string>() : with_commas(max.get<std::int64_t>());
}

std::string in_window(const nlohmann::json& window) {
    if (window.is_null()) return "";
    const auto name = window.get<std::string>();
    if (name == "at once") return " " + name;
    const bool is_length = name.find_first_of("0123456789") != name.npos;
    return (is_length ? " in " : " a ") + name;
}

std::string time_text(const nlohmann::json& time, const std::string& zone) {
    if (time.is_null()) return "";
    const auto text = time.get<std::string>();
    std::tm parts{};
    if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return shown(text);
    const date::sys_seconds utc(std::chrono::seconds(::timegm(&parts)));
    const date::time_zone* const place = zone_named(zone);
    const auto local = place->to_local(utc);
    const auto now = place->to_local(date::floor<std::chrono::seconds>(limits::Clock::now()));
    const auto day = date::floor<date::days>(local);
    if (day == date::floor<date::days>(now)) return date::format("%H:%M", local);
    const auto year_of = [](auto at) {
        return date::year_month_day(date::floor<date::days>(at)).year();
    };
    const std::string there =
        date::format(year_of(local) == year_of(now) ? "%e %b %H:%M" : "%e %b %Y", local);
    return there.substr(there.find_first_not_of(' '));
}

std::optional<Size> terminal() {
    if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return Size{};
    return Size{size.ws_col, size.ws_row};
}

std::string shortened(const std::string& text, std::size_t most) {
    static constexpr std::string_view dots = "..";
    if (width_of(text) <= most || most <= dots.size()) return text;
    const std::size_t kept = most - dots.size();
    std::vector<std::size_t> starts;  // of characters
    for (std::size_t at = 0; at < text.size(); ++at)
        if (!goes_on(text[at])) starts.push_back(at);
    const std::size_t tail = kept / 2;
    return text.substr(0, starts[kept - tail]) + std::string(dots) +
           (tail == 0 ? "" : text.substr(starts[starts.size() - tail]));
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace spillway::ctl
