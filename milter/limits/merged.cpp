#include "limits/merged.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "limits/key_text.h"

namespace spillway::limits {

namespace {

void make_countable(Sliding& rate) {
    rate.count = countable_max(rate.count);
    rate.span = std::max(rate.span, std::chrono::milliseconds{slices});
}

void make_countable(Calendar& rate) {
    std::ranges::transform(rate.counts, rate.counts.begin(), countable_max);
}

void make_countable(Pacing& rate) {
    rate.interval = std::clamp(rate.interval, std::chrono::microseconds{1}, longest_interval);
    rate.burst = std::clamp<std::int64_t>(rate.burst, 1, longest_burst / rate.interval);
}

void lower(Sliding& rate, const Sliding& other) { rate.count = std::min(rate.count, other.count); }

void lower(Calendar& rate, const Calendar& other) {
    std::ranges::transform(rate.counts, other.counts, rate.counts.begin(),
                           [](std::int64_t a, std::int64_t b) { return std::min(a, b); });
}

void lower(Pacing& rate, const Pacing& other) { rate.burst = std::min(rate.burst, other.burst); }

void lower_to(Rate& rate, const Rate& other) {
    std::visit(
        [&other](auto& mine) {
            if (const auto* same = std::get_if<std::decay_t<decltype(mine)>>(&other))
                lower(mine, *same);
        },
        rate);
}

std::vector<std::string> bounded_set(const std::vector<std::string>& values) {
    std::vector<std::string> different;
    std::unordered_set<std::string> known;
    for (const std::string& value : values) {
        std::string kept = bounded(value);
        if (values.size() == 1 || known.insert(kept).second) different.push_back(std::move(kept));
    }
    return different;
}

Charge brought_into_form(const Charge& charge, std::string key) {
    Charge formed = charge;
    formed.key = std::move(key);
    formed.account = bounded(charge.account);
    formed.cost = countable(charge.cost);
    formed.members = bounded_set(charge.members);
    std::visit([](auto& rate) { make_countable(rate); }, formed.rate);
    return formed;
}

void join(Charge& charge, Charge&& other) {
    charge.cost = countable(charge.cost + other.cost);
    std::ranges::move(other.members, std::back_inserter(charge.members));
    charge.members = bounded_set(charge.members);
    lower_to(charge.rate, other.rate);
}

}  // namespace

std::int64_t countable(std::int64_t amount) {
    return std::clamp<std::int64_t>(amount, 0, most_countable);
}

std::int64_t countable_max(std::int64_t max) { return max == unlimited ? max : countable(max); }

Answers Merged::spread(const Answers& answers) const {
    Answers spread;
    spread.reserve(place.size());
    for (const std::size_t index : place) spread.push_back(answers.at(index));
    return spread;
}

Merged merged(const std::vector<Charge>& charges) {
    Merged merged;
    merged.charges.reserve(charges.size());
    merged.place.reserve(charges.size());
    for (const Charge& charge : charges) {
        std::string key = bounded_key(charge.key);
        auto same = std::ranges::find(merged.charges, key, &Charge::key);
        merged.place.push_back(static_cast<std::size_t>(same - merged.charges.begin()));
        Charge formed = brought_into_form(charge, std::move(key));
        if (same == merged.charges.end()) {
            merged.charges.push_back(std::move(formed));
        } else {
            join(*same, std::move(formed));
        }
    }
    return merged;
}

Mailing bounded(const Mailing& mailing) {
    return {.account = bounded(mailing.account),
            .features = mailing.features,
            .recipients = bounded_set(mailing.recipients),
            .spans = mailing.spans};
}

Suspect bounded(const Suspect& suspect) {
    return {.account = bounded(suspect.account), .whom = suspect.whom, .who = bounded(suspect.who)};
}

Plan bounded(const Plan& plan) {
    return {.account = bounded(plan.account),
            .name = bounded_key(plan.name),
            .max = countable_max(plan.max)};
}

std::string owner_of(const Call& call) {
    if (!call.charges.empty()) return bounded(call.charges.front().account);
    return call.senders.empty() ? std::string() : bounded(call.senders.front().account);
}

}  // namespace spillway::limits
