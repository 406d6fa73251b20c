#include "limits/memory_counters.h"

#include <algorithm>

#include <fmt/format.h>

#include "limits/saved_counts.h"

namespace spillway::limits {

namespace {

constexpr std::size_t least_charges_between_sweeps = 1024;

}  // namespace

Answers MemoryCounters::charge(const std::vector<Charge>& charges, Time now) noexcept {
    const Merged asked = merged(charges);
    Answers answers;
    answers.reserve(asked.charges.size());

    const std::lock_guard lock(mutex_);
    forget_expired(now);
    for (const Charge& charge : asked.charges) answers.push_back(answer_to(charge, now));
    if (all_granted(answers)) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
            count(asked.charges[i], now);
            std::get<Granted>(answers[i]).used += asked.charges[i].cost;
        }
    }
    return asked.spread(answers);
}

void MemoryCounters::record(const std::vector<Charge>& charges, Time now) noexcept {
    const Merged granted = merged(charges);
    const std::lock_guard lock(mutex_);
    forget_expired(now);
    for (const Charge& charge : granted.charges) count(charge, now);
}

Answer MemoryCounters::answer_to(const Charge& charge, Time now) const {
    const auto& [limit, span] = charge.rate;
    const auto found = counts_.find(charge.key);
    const bool known =
        found != counts_.end() && found->second.state().slice_ms == slice_width(span);
    const SlidingCount fresh(span);
    const SlidingCount& count = known ? found->second : fresh;

    const std::int64_t used = count.used(now);
    // Not used + cost > limit: a cost above the limit fails on an empty count too, and a limit that
    // was lowered below the use makes the difference negative, which is right.
    if (charge.cost <= limit - used) return Granted{used};
    return Exceeded{used, count.next_free(charge.cost, limit, now)};
}

void MemoryCounters::count(const Charge& charge, Time now) {
    if (charge.cost == 0) return;
    const SlidingCount fresh(charge.rate.span);
    SlidingCount& count = counts_.try_emplace(charge.key, fresh).first->second;
    if (count.state().slice_ms != fresh.state().slice_ms) count = fresh;
    count.add(charge.cost, now);
    ++changes_;
}

void MemoryCounters::forget_expired(Time now) {
    if (charges_to_sweep_ > 0) {
        --charges_to_sweep_;
        return;
    }
    std::erase_if(counts_, [now](const auto& entry) {
        return entry.second.expires() + entry.second.window() <= now;
    });
    // A sweep looks at every count; as many charges must come before the next, so that a charge
    // costs the same on average however many keys there are.
    charges_to_sweep_ = std::max(least_charges_between_sweeps, counts_.size());
}

std::vector<Use> MemoryCounters::list(const std::string& prefix, std::size_t most, Time now) {
    std::vector<Use> uses;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, count] : counts_) {
            if (!key.starts_with(prefix)) continue;
            if (const std::int64_t used = count.used(now)) uses.push_back(Use{key, used});
        }
    }
    std::ranges::sort(uses, {}, &Use::key);
    if (uses.size() > most) uses.resize(most);
    return uses;
}

bool MemoryCounters::reset(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const bool known = counts_.erase(key) != 0;
    if (known) ++changes_;
    return known;
}

std::string MemoryCounters::describe() const { return fmt::format("memory, {} counts", size()); }

std::string MemoryCounters::save(Time now) const {
    SavedCounts live;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, count] : counts_)
            if (count.expires() > now) live.push_back({key, count.state()});
    }
    return saved_text(std::move(live));
}

tl::expected<void, std::string> MemoryCounters::load(std::string_view text, Time now) {
    const auto saved = parse_saved(text);
    if (!saved) return tl::make_unexpected(saved.error());
    std::unordered_map<std::string, SlidingCount> counts;
    for (const auto& [key, state] : *saved) {
        const SlidingCount count(state);
        if (count.expires() > now) counts.emplace(key, count);
    }
    const std::lock_guard lock(mutex_);
    counts_ = std::move(counts);
    ++changes_;
    return {};
}

std::uint64_t MemoryCounters::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

std::size_t MemoryCounters::size() const {
    const std::lock_guard lock(mutex_);
    return counts_.size();
}

}  // namespace spillway::limits
