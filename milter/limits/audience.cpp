#include "limits/audience.h"

#include <algorithm>

#include "limits/hash.h"

namespace spillway::limits {

// FNV-1a alone spreads short texts badly over the high bits.
std::uint64_t recipient_digest(std::string_view recipient) {
    return mixed(fnv1a(recipient.begin(), recipient.end()));
}

Time Audience::newest_or(Time now) const {
    return state_.reached.empty() ? now : std::max(now, state_.reached.back().at);
}

void Audience::add(const std::vector<std::uint64_t>& recipients, std::chrono::milliseconds longest,
                   Time now) {
    auto& reached = state_.reached;
    reached.reserve(reached.size() + recipients.size());
    const Time at = newest_or(now);
    state_.kept = longest;
    std::erase_if(reached, [&](const Reached& one) {
        return one.at <= at - longest || std::ranges::find(recipients, one.who) != recipients.end();
    });
    for (const std::uint64_t who : recipients) reached.push_back({who, at});
}

std::int64_t Audience::size_with(const std::vector<std::uint64_t>& recipients,
                                 std::chrono::milliseconds span, Time now) const {
    const Time then = newest_or(now) - span;
    const auto others = std::ranges::count_if(state_.reached, [&](const Reached& one) {
        return one.at > then && std::ranges::find(recipients, one.who) == recipients.end();
    });
    return others + static_cast<std::int64_t>(recipients.size());
}

}  // namespace spillway::limits
