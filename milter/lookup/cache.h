// What maps outside of the policy answered a short while ago, bounded in time and in memory.
//
// Thread-safe. Time is given as a value, so that tests need not wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "match/map.h"

namespace spillway::lookup {

class Cache {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Answer = std::shared_ptr<const match::Values>;

    // Values of all answers together, each answer counting as one more: some 100 bytes each.
    static constexpr std::size_t most_values = 1'000'000;

    explicit Cache(std::size_t most = most_values) : most_(most) {}

    // Null when it is not known, or not any more.
    Answer find(const std::string& question, Time now) const;

    // What is over gives way first; when that is not enough, everything: it can be asked again.
    void keep(const std::string& question, Answer answer, Time until, Time now);

  private:
    struct Kept {
        Answer answer;
        Time until;
    };
    void drop_what_is_over(Time now);

    const std::size_t most_;
    mutable std::mutex mutex_;  // guards all below
    std::unordered_map<std::string, Kept> kept_;
    std::size_t values_ = 0;
};

}  // namespace spillway::lookup
