#include "log/durations.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace spillway::log {

namespace {

constexpr std::size_t first_octave = 6;  // 2^6 ns

}  // namespace

using std::chrono::nanoseconds;

std::size_t Durations::bucket_of(nanoseconds took) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
    const auto octave = static_cast<std::size_t>(std::bit_width(value));  // 2^(octave-1) <= value
    if (octave <= first_octave) return 0;
    const auto upper_half = static_cast<std::size_t>(value >> (octave - 2) & 1);
    return std::min(1 + 2 * (octave - 1 - first_octave) + upper_half, buckets - 1);
}

nanoseconds Durations::beginning_of(std::size_t bucket) {
    if (bucket == 0) return nanoseconds::zero();
    const std::int64_t octave = std::int64_t{1} << (first_octave + (bucket - 1) / 2);
    return nanoseconds((bucket - 1) % 2 == 0 ? octave : octave + octave / 2);
}

std::uint64_t Durations::count() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

nanoseconds Durations::mean() const {
    const std::uint64_t all = count();
    return all == 0 ? nanoseconds::zero() : sum / static_cast<std::int64_t>(all);
}

nanoseconds Durations::quantile(double share) const {
    const double wanted = share * static_cast<double>(count());
    double before = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        const auto here = static_cast<double>(counts[bucket]);
        if (here > 0 && before + here >= wanted) {
            const nanoseconds begin = beginning_of(bucket);
            return bucket == buckets - 1 ? begin : (begin + beginning_of(bucket + 1)) / 2;
        }
        before += here;
    }
    return nanoseconds::zero();
}

Durations& Durations::operator+=(const Durations& other) {
    for (std::size_t i = 0; i < buckets; ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
}

Durations& Durations::operator-=(const Durations& earlier) {
    for (std::size_t i = 0; i < buckets; ++i) counts[i] -= earlier.counts[i];
    sum -= earlier.sum;
    return *this;
}

}  // namespace spillway::log
