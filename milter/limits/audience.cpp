#include "limits/audience.h"

#include <algorithm>

#include "limits/hash.h"

namespace spillway::limits {

namespace {

constexpr std::int64_t slices_of_estimate = 12;

std::int64_t slice_of(Time at, std::chrono::milliseconds span) {
    const std::int64_t width = (span.count() + slices_of_estimate - 1) / slices_of_estimate;
    return at.time_since_epoch().count() / std::max<std::int64_t>(width, 1);
}

DistinctEstimate& slice_in(SpanEstimate& estimate, std::int64_t number) {
    auto& held = estimate.held;
    const auto found = std::ranges::lower_bound(held, number, {}, &SpanEstimate::Slice::number);
    if (found != held.end() && found->number == number) return found->reached;
    return held.insert(found, {number, {}})->reached;
}

}  // namespace

// FNV-1a alone spreads short texts badly over the high bits.
std::uint64_t recipient_digest(std::string_view recipient) {
    return mixed(fnv1a(recipient.begin(), recipient.end()));
}

Time Audience::time_of(Time now) const { return std::max(now, state_.newest); }

void Audience::add(const std::vector<std::uint64_t>& recipients, const Spans& spans, Time now) {
    auto& reached = state_.reached;
    const Time at = time_of(now);
    state_.newest = at;
    state_.kept = spans.back();
    for (SpanEstimate& known : state_.estimates)
        std::erase_if(known.held, [&](const SpanEstimate::Slice& slice) {
            return slice.number < slice_of(at, known.span) - slices_of_estimate;
        });
    std::erase_if(state_.estimates, [](const SpanEstimate& known) { return known.held.empty(); });
    if (!state_.estimates.empty()) {
        for (const std::uint64_t who : recipients) estimate(who, at, spans);
        return;
    }
    reached.reserve(reached.size() + recipients.size());
    std::erase_if(reached, [&](const Reached& one) {
        return one.at <= at - state_.kept ||
               std::ranges::find(recipients, one.who) != recipients.end();
    });
    for (const std::uint64_t who : recipients) reached.push_back({who, at});
    if (reached.size() <= most_exact_recipients) return;
    for (const Reached& one : reached) estimate(one.who, one.at, spans);
    reached = {};
}

void Audience::estimate(std::uint64_t who, Time at, const Spans& spans) {
    for (const auto span : spans) slice_in(estimate_of(span), slice_of(at, span)).add(who);
}

SpanEstimate& Audience::estimate_of(std::chrono::milliseconds span) {
    auto& estimates = state_.estimates;
    const auto found = std::ranges::lower_bound(estimates, span, {}, &SpanEstimate::span);
    if (found != estimates.end() && found->span == span) return *found;
    return *estimates.insert(found, SpanEstimate{.span = span});
}

void Audience::restore(std::chrono::milliseconds span, SpanEstimate::Slice slice) {
    slice_in(estimate_of(span), slice.number).merge(slice.reached);
}

std::int64_t Audience::size_with(const std::vector<std::uint64_t>& recipients,
                                 std::chrono::milliseconds span, Time now) const {
    if (!state_.estimates.empty()) return estimated_with(recipients, span, now);
    const Time then = time_of(now) - span;
    const auto others = std::ranges::count_if(state_.reached, [&](const Reached& one) {
        return one.at > then && std::ranges::find(recipients, one.who) == recipients.end();
    });
    return others + static_cast<std::int64_t>(recipients.size());
}

std::int64_t Audience::estimated_with(const std::vector<std::uint64_t>& recipients,
                                      std::chrono::milliseconds span, Time now) const {
    std::int64_t most = 0;
    for (const SpanEstimate& known : state_.estimates) {
        // The first is looked at in any case: all that is known may be of longer spans.
        if (known.span > span && &known != &state_.estimates.front()) break;
        DistinctEstimate all;
        for (const std::uint64_t who : recipients) all.add(who);
        for (const auto& [number, reached] : known.held)
            if (number >= slice_of(time_of(now), known.span) - slices_of_estimate)
                all.merge(reached);
        most = std::max(most, all.estimate());
    }
    return most;
}

}  // namespace spillway::limits
