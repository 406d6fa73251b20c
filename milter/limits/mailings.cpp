#include "limits/mailings.h"

#include <algorithm>
#include <utility>

#include "match/fingerprint.h"

namespace spillway::limits {

namespace {

std::uint32_t seconds_of(Time now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return static_cast<std::uint32_t>(seconds.count());
}

// A second more than needed: times were rounded down.
Time leaves(const FeatureTable::Entry& entry, std::chrono::milliseconds kept) {
    return Time{std::chrono::seconds{entry.seen} + std::chrono::seconds{1} + kept};
}

}  // namespace

// Two thirds cannot be of two mailings, so the first to have enough is the one.
std::optional<std::uint32_t> Mailings::mailing_of(
    const std::vector<std::uint64_t>& features) const {
    std::vector<std::pair<std::uint32_t, std::size_t>> votes;
    for (const std::uint64_t feature : features) {
        const auto* entry = features_.find(feature);
        if (entry == nullptr || !audiences_.contains(entry->mailing)) continue;
        auto known =
            std::ranges::find(votes, entry->mailing, &std::pair<std::uint32_t, std::size_t>::first);
        if (known == votes.end()) known = votes.insert(votes.end(), {entry->mailing, 0});
        if (++known->second >= match::features_needed(features.size())) return entry->mailing;
    }
    return std::nullopt;
}

std::vector<std::int64_t> Mailings::sizes(const Posted& posted, Time now) const {
    static const Audience nobody;
    const auto known = mailing_of(posted.features);
    const Audience& audience = known ? audiences_.at(*known) : nobody;
    std::vector<std::int64_t> sizes;
    sizes.reserve(posted.spans.size());
    for (const auto span : posted.spans)
        sizes.push_back(audience.size_with(posted.recipients, span, now));
    return sizes;
}

void Mailings::record(const Posted& posted, Time now) {
    features_.reserve(posted.features.size());
    audiences_[posted.mailing].add(posted.recipients, posted.spans, now);
    next_ = std::max(next_, posted.mailing + 1);
    for (const std::uint64_t feature : posted.features)
        features_.put({feature, posted.mailing, seconds_of(now)});
}

void Mailings::forget_expired(Time now) {
    std::erase_if(audiences_, [now](const auto& entry) { return entry.second.expires() <= now; });
    features_.keep_if([this, now](const FeatureTable::Entry& entry) {
        const auto audience = audiences_.find(entry.mailing);
        return audience != audiences_.end() && now < leaves(entry, audience->second.state().kept);
    });
}

void Mailings::restore(std::uint32_t mailing, Audience audience) {
    audiences_[mailing] = std::move(audience);
    next_ = std::max(next_, mailing + 1);
}

bool Mailings::restore(std::uint32_t mailing, std::chrono::milliseconds span,
                       SpanEstimate::Slice slice) {
    const auto known = audiences_.find(mailing);
    if (known == audiences_.end()) return false;
    known->second.restore(span, std::move(slice));
    return true;
}

void Mailings::restore(const std::vector<FeatureTable::Entry>& features) {
    features_.reserve(features.size());
    for (const FeatureTable::Entry& entry : features) features_.put(entry);
}

}  // namespace spillway::limits
