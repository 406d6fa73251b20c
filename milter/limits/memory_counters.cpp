#include "limits/memory_counters.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <new>
#include <numeric>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/saved_counts.h"

namespace spillway::limits {

namespace {

// As many charges come between the sweeps of all shards, however few counts there are.
constexpr std::size_t least_charges_between_sweeps = 1024;

}  // namespace

Answers MemoryCounters::charge(const std::vector<Charge>& charges, Time now) noexcept {
    try {
        return charged(charges, now);
    } catch (const std::bad_alloc&) {
        return Answers(charges.size(), Unavailable{"out of memory"});
    }
}

void MemoryCounters::record(const std::vector<Charge>& charges, Time now) noexcept {
    try {
        const Merged granted = merged(charges);
        const std::lock_guard lock(mutex_);
        forget_expired(now);
        count(granted.charges, now);
    } catch (const std::bad_alloc&) {  // told in the header: the other store has them
        return;
    }
}

Answers MemoryCounters::charged(const std::vector<Charge>& charges, Time now) {
    const Merged asked = merged(charges);
    Answers answers;
    answers.reserve(asked.charges.size());

    const std::lock_guard lock(mutex_);
    forget_expired(now);
    for (const Charge& charge : asked.charges) answers.push_back(answer_to(charge, now));
    if (!all_granted(answers)) return asked.spread(answers);

    for (std::size_t i = 0; i < answers.size(); ++i)
        std::get<Granted>(answers[i]).used += asked.charges[i].cost;
    Answers granted = asked.spread(answers);
    count(asked.charges, now);  // last, because everything before may run out of memory
    return granted;
}

// Mixed anew: each shard's map chooses its buckets by the same hash.
std::size_t MemoryCounters::shard_of(const std::string& key) {
    const std::uint64_t hash = std::hash<std::string>()(key);
    return (hash * 0x9e3779b97f4a7c15 >> 32) % std::tuple_size_v<Shards>;
}

Answer MemoryCounters::answer_to(const Charge& charge, Time now) const {
    const auto& [limit, span] = charge.rate;
    const Counts& counts = shards_[shard_of(charge.key)];
    const auto found = counts.find(charge.key);
    const bool known = found != counts.end() && found->second.state().slice_ms == slice_width(span);
    const SlidingCount fresh(span);
    const SlidingCount& count = known ? found->second : fresh;

    const std::int64_t used = count.used(now);
    // Not used + cost > limit: a cost above the limit fails on an empty count too, and a limit that
    // was lowered below the use makes the difference negative, which is right.
    if (charge.cost <= limit - used) return Granted{used};
    return Exceeded{used, count.next_free(charge.cost, limit, now)};
}

// All places are made before anything is counted: only that needs memory. A place that then stays
// empty counts as expired.
void MemoryCounters::count(const std::vector<Charge>& charges, Time now) {
    std::vector<SlidingCount*> places;
    places.reserve(charges.size());
    for (const Charge& charge : charges)
        places.push_back(charge.cost == 0 ? nullptr : &count_for(charge));
    for (std::size_t i = 0; i < charges.size(); ++i) {
        if (places[i] == nullptr) continue;
        const SlidingCount fresh(charges[i].rate.span);
        if (places[i]->state().slice_ms != fresh.state().slice_ms) *places[i] = fresh;
        places[i]->add(charges[i].cost, now);
        ++changes_;
    }
}

SlidingCount& MemoryCounters::count_for(const Charge& charge) {
    const SlidingCount fresh(charge.rate.span);
    return shards_[shard_of(charge.key)].try_emplace(charge.key, fresh).first->second;
}

// One shard at a time, so that nobody waits for the whole. A sweep looks at every count of its
// shard; as many charges come before the next, so that a charge costs the same on average however
// many keys there are.
void MemoryCounters::forget_expired(Time now) {
    if (charges_to_sweep_ > 0) {
        --charges_to_sweep_;
        return;
    }
    Counts& shard = shards_[next_to_sweep_++ % shards_.size()];
    std::erase_if(shard, [now](const auto& entry) {
        return entry.second.expires() + entry.second.window() <= now;
    });
    charges_to_sweep_ = std::max(least_charges_between_sweeps / shards_.size(), shard.size());
}

std::vector<Use> MemoryCounters::list(const std::string& prefix, std::size_t most, Time now) {
    const std::string wanted = bounded_key(prefix);
    std::vector<Use> uses;
    for (const Counts& shard : shards_) {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, count] : shard) {
            if (!key.starts_with(wanted)) continue;
            if (const std::int64_t used = count.used(now)) uses.push_back(Use{key, used});
        }
    }
    std::ranges::sort(uses, {}, &Use::key);
    if (uses.size() > most) uses.resize(most);
    return uses;
}

bool MemoryCounters::reset(const std::string& key) {
    const std::string wanted = bounded_key(key);
    const std::lock_guard lock(mutex_);
    const bool known = shards_[shard_of(wanted)].erase(wanted) != 0;
    if (known) ++changes_;
    return known;
}

std::string MemoryCounters::describe() const { return fmt::format("memory, {} counts", size()); }

std::string MemoryCounters::save(Time now) const {
    SavedCounts live;
    SavedCounts some;  // apart from `live`, whose growth moves everything saved so far
    for (const Counts& shard : shards_) {
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [key, count] : shard)
                if (count.expires() > now) some.push_back({key, count.state()});
        }
        std::ranges::move(some, std::back_inserter(live));
        some.clear();
    }
    return saved_text(std::move(live));
}

tl::expected<void, std::string> MemoryCounters::load(std::string_view text, Time now) {
    const auto saved = parse_saved(text);
    if (!saved) return tl::make_unexpected(saved.error());
    Shards shards;
    for (const auto& [key, state] : *saved) {
        const SlidingCount count(state);
        if (count.expires() > now) shards[shard_of(key)].emplace(key, count);
    }
    const std::lock_guard lock(mutex_);
    shards_ = std::move(shards);
    ++changes_;
    return {};
}

std::uint64_t MemoryCounters::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

std::size_t MemoryCounters::size() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(shards_.begin(), shards_.end(), std::size_t{0},
                           [](std::size_t sum, const Counts& shard) { return sum + shard.size(); });
}

}  // namespace spillway::limits
