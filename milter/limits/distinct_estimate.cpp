#include "limits/distinct_estimate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "match/mix.h"

namespace spillway::limits {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr int rest_bits = 64 - DistinctEstimate::index_bits;
constexpr std::size_t highest_rank = rest_bits + 1;  // of a rest of zeros alone
static_assert(highest_rank < letters.size());

constexpr double all = DistinctEstimate::registers;
constexpr double most = 1e18;

// Ertl's sigma: what registers that are still empty, a share of `x`, tell.
double of_empty(double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double weight = 1, sum = x, before = 0;
    do {
        x *= x;
        before = sum;
        sum += x * weight;
        weight += weight;
    } while (sum != before);
    return sum;
}

// Ertl's tau: what registers that are full, a share of 1 - `x`, tell.
double of_full(double x) {
    if (x == 0 || x == 1) return 0;
    double weight = 1, sum = 1 - x, before = 0;
    do {
        x = std::sqrt(x);
        before = sum;
        weight /= 2;
        sum -= (1 - x) * (1 - x) * weight;
    } while (sum != before);
    return sum / 3;
}

}  // namespace

void DistinctEstimate::add(std::uint64_t hash) {
    const std::uint64_t spread = match::mixed(hash);
    const std::uint64_t rest = spread << index_bits;
    const int rank = std::min(std::countl_zero(rest), rest_bits) + 1;
    std::uint8_t& known = ranks_[spread >> rest_bits];
    known = std::max(known, static_cast<std::uint8_t>(rank));
}

void DistinctEstimate::merge(const DistinctEstimate& other) {
    std::ranges::transform(ranks_, other.ranks_, ranks_.begin(),
                           [](std::uint8_t one, std::uint8_t two) { return std::max(one, two); });
}

std::int64_t DistinctEstimate::estimate() const {
    std::array<int, highest_rank + 1> of_rank{};
    for (const std::uint8_t rank : ranks_) ++of_rank[rank];

    double sum = all * of_full(1 - of_rank[highest_rank] / all);
    for (std::size_t rank = highest_rank - 1; rank > 0; --rank) sum = (sum + of_rank[rank]) / 2;
    sum += all * of_empty(of_rank[0] / all);
    // Registers that are nearly all full, as no number of things makes them, tell of infinity.
    return std::llround(std::min(all * all / (2 * std::log(2.0) * sum), most));
}

std::string DistinctEstimate::saved() const {
    std::string text;
    text.reserve(registers);
    for (const std::uint8_t rank : ranks_) text += letters[rank];
    return text;
}

tl::expected<DistinctEstimate, std::string> DistinctEstimate::parse_saved(std::string_view text) {
    if (text.size() != registers) return tl::make_unexpected("not as long as a saved estimate");
    DistinctEstimate saved;
    for (std::size_t at = 0; at < registers; ++at) {
        const std::size_t rank = letters.find(text[at]);
        if (rank > highest_rank) return tl::make_unexpected("not the letters of a saved estimate");
        saved.ranks_[at] = static_cast<std::uint8_t>(rank);
    }
    return saved;
}

}  // namespace spillway::limits
