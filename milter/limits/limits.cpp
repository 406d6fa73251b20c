#include "limits/limits.h"

#include <algorithm>

#include "limits/key_text.h"

namespace spillway::limits {

namespace {

std::int64_t countable(std::int64_t amount) {
    return std::clamp<std::int64_t>(amount, 0, most_countable);
}

}  // namespace

bool all_granted(const Answers& answers) {
    return std::ranges::all_of(
        answers, [](const Answer& answer) { return std::holds_alternative<Granted>(answer); });
}

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
        if (same == merged.charges.end()) {
            merged.charges.push_back(charge);
            merged.charges.back().key = std::move(key);
            merged.charges.back().account = bounded(charge.account);
            merged.charges.back().cost = countable(charge.cost);
            merged.charges.back().rate.count = countable(charge.rate.count);
            continue;
        }
        same->cost = countable(same->cost + countable(charge.cost));
        same->rate.count = std::min(same->rate.count, countable(charge.rate.count));
    }
    return merged;
}

}  // namespace spillway::limits
