// How long something took, often: a histogram of fixed size with two buckets for each power of two,
// from 64 ns to 8 s. A quantile is told within a quarter of its value.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace spillway::log {

// What is counted, as plain numbers.
struct Durations {
    static constexpr std::size_t octaves = 27;
    // All below 64 ns are in the first bucket; all from 8 s on in the last.
    static constexpr std::size_t buckets = 2 * octaves + 2;

    std::array<std::uint64_t, buckets> counts{};
    std::chrono::nanoseconds sum{};

    static std::size_t bucket_of(std::chrono::nanoseconds took);
    static std::chrono::nanoseconds beginning_of(std::size_t bucket);

    std::uint64_t count() const;
    std::chrono::nanoseconds mean() const;  // 0 of none
    // The middle of the bucket it is in; 0 of none. `share` is from 0 to 1.
    std::chrono::nanoseconds quantile(double share) const;

    Durations& operator+=(const Durations& other);
    Durations& operator-=(const Durations& earlier);
};

}  // namespace spillway::log
