#include "ctl/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "ctl/console.h"

namespace spillway::ctl {

namespace {

std::size_t columns_of_terminal() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string time_left(std::uint64_t left, double a_second) {
    const auto seconds = static_cast<std::int64_t>(static_cast<double>(left) / a_second) + 1;
    if (seconds < 60) return fmt::format("{}s left", seconds);
    if (seconds < 3600) return fmt::format("{}m left", (seconds + 59) / 60);
    return fmt::format("{}h left", (seconds + 3599) / 3600);
}

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
    const std::size_t full = total == 0 ? width : static_cast<std::size_t>(done * width / total);
    return "[" + std::string(full, '#') + std::string(width - full, '.') + "] ";
}

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total,
                          std::chrono::duration<double> spent, std::size_t columns) {
    std::string figures = fmt::format("{} of {}", with_commas(static_cast<std::int64_t>(done)),
                                      with_commas(static_cast<std::int64_t>(total)));
    const double a_second = spent.count() > 0 ? static_cast<double>(done) / spent.count() : 0;
    if (spent.count() > 1 && a_second > 0) {
        figures += fmt::format(", {:.0f} a second", a_second);
        if (done < total) figures += ", " + time_left(total - done, a_second);
    }
    constexpr std::size_t most = 40, least = 10, frame = 4;
    if (columns < figures.size() + frame + least) return figures.substr(0, columns);
    return bar(done, total, std::min(most, columns - figures.size() - frame)) + figures;
}

Progress::Progress(std::uint64_t total, bool wanted)
    : total_(total), drawn_(wanted && ::isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
    if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::draw(std::uint64_t done) {
    if (!drawn_) return;
    const auto spent = std::chrono::steady_clock::now() - began_;
    fmt::print(stderr, "\r{}\033[K", progress_text(done, total_, spent, columns_of_terminal() - 1));
}

}  // namespace spillway::ctl
