// How far a long work is, drawn on the terminal that standard error is; nothing where it is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace spillway::ctl {

class Progress {
  public:
    // Without `wanted` nothing is ever drawn.
    Progress(std::uint64_t total, bool wanted);
    ~Progress();  // leaves an empty line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void draw(std::uint64_t done);

  private:
    const std::uint64_t total_;
    const bool drawn_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// "[#####.....] 50 of 100, 12 a second, 4s left", at most so many columns wide.
std::string progress_text(std::uint64_t done, std::uint64_t total,
                          std::chrono::duration<double> spent, std::size_t columns);

}  // namespace spillway::ctl
