// What operators ask the counters of this process, and what they set.
#include <algorithm>
#include <functional>
#include <new>
#include <numeric>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/memory_counters.h"
#include "limits/text_line.h"

namespace spillway::limits {

namespace {

bool uses_more(const Use& a, const Use& b) {
    return a.used != b.used ? a.used > b.used : a.key < b.key;
}

// The first `most` in an order, without keeping all at once.
class Best {
  public:
    using Before = std::function<bool(const Use&, const Use&)>;
    Best(std::size_t most, Before before) : most_(most), before_(std::move(before)) {}

    void add(Use use) {
        uses_.push_back(std::move(use));
        if (uses_.size() >= 2 * most_ + 1024) cut();
    }
    std::vector<Use> taken() {
        cut();
        std::ranges::sort(uses_, before_);
        return std::move(uses_);
    }

  private:
    void cut() {
        if (uses_.size() <= most_) return;
        std::ranges::nth_element(uses_, uses_.begin() + static_cast<std::ptrdiff_t>(most_),
                                 before_);
        uses_.resize(most_);
    }

    std::size_t most_;
    Before before_;
    std::vector<Use> uses_;
};

}  // namespace

Time expires(const KeptCount& kept) {
    Time last = expires(kept.count);
    for (const Told& told : kept.told) last = std::max(last, told.until);
    return last;
}

const KeptCount* MemoryCounters::find_count(const std::string& key) const {
    const auto& counts = (*shards_)[shard_of(key)].counts;
    const auto found = counts.find(key);
    return found == counts.end() ? nullptr : &found->second;
}

const KeptAccount* MemoryCounters::find_account(const std::string& account) const {
    const auto& accounts = (*shards_)[shard_of(account)].accounts;
    const auto found = accounts.find(account);
    return found == accounts.end() ? nullptr : &found->second;
}

Override MemoryCounters::override_of(const KeptAccount* account,
                                     const std::vector<std::string>& plans) {
    if (account == nullptr || account->plans.empty()) return {};
    for (const std::string& name : plans) {
        const auto plan = account->plans.find(bounded_key(name));
        if (plan != account->plans.end()) return {plan->second, name};
    }
    return {};
}

std::optional<Suspension> MemoryCounters::suspension_of(const std::vector<Suspect>& senders,
                                                        Time now) const {
    for (const Suspect& sender : senders) {
        const auto [account, whom, who] = bounded(sender);
        const KeptAccount* kept = find_account(account);
        if (kept == nullptr) continue;
        const auto found = kept->suspensions.find({whom, who});
        if (found != kept->suspensions.end() && now < found->second.until) return found->second;
    }
    return std::nullopt;
}

Answer MemoryCounters::hold(const Place& place, Time) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        const Override over = override_of(find_account(bounded(place.account)), place.plans);
        const std::int64_t most = over.max.value_or(countable_max(place.most));
        const std::string key = bounded_key(place.key);
        const auto known = places_.find(key);
        const bool is_held = known != places_.end() && known->second.contains(place.holder);
        const auto held =
            known == places_.end() ? 0 : static_cast<std::int64_t>(known->second.size());
        if (!is_held && held >= most)
            return Exceeded{.used = held, .next_free = {}, .max = most, .plan = over.plan};
        if (!is_held) places_[key].insert(place.holder);
        return Granted{.used = held + !is_held, .max = most, .plan = over.plan};
    } catch (const std::bad_alloc&) {
        return Unavailable{"out of memory"};
    }
}

void MemoryCounters::release(const Place& place) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        const auto held = places_.find(bounded_key(place.key));
        if (held == places_.end()) return;
        held->second.erase(place.holder);
        if (held->second.empty()) places_.erase(held);
    } catch (const std::bad_alloc&) {  // too long a key in too little memory: held for good
        return;
    }
}

void MemoryCounters::suspend(const Suspension& suspension, Time) noexcept {
    try {
        const Time latest{std::chrono::milliseconds{latest_ms}};
        const Suspension kept{.suspect = bounded(suspension.suspect),
                              .until = std::clamp(suspension.until, Time{}, latest),
                              .reason = suspension.reason};
        const std::lock_guard lock(mutex_);
        commit(Suspended{kept});
    } catch (const std::bad_alloc&) {  // who is to be suspended goes on: nothing else can be done
        return;
    }
}

bool MemoryCounters::unsuspend(const Suspect& suspect) {
    const Suspect kept = bounded(suspect);
    const std::lock_guard lock(mutex_);
    const KeptAccount* account = find_account(kept.account);
    if (account == nullptr || !account->suspensions.contains({kept.whom, kept.who})) return false;
    commit(Unsuspended{kept});
    return true;
}

std::vector<Suspension> MemoryCounters::suspensions(Time now) {
    std::vector<Suspension> all;
    for (const Shard& shard : *shards_) {
        const std::lock_guard lock(mutex_);
        for (const auto& [account, kept] : shard.accounts)
            for (const auto& [name, suspension] : kept.suspensions)
                if (now < suspension.until) all.push_back(suspension);
    }
    std::ranges::sort(all, {}, [](const Suspension& one) {
        return std::tuple(one.suspect.account, one.suspect.whom, one.suspect.who);
    });
    return all;
}

void MemoryCounters::set_plan(const Plan& plan) {
    const std::lock_guard lock(mutex_);
    commit(PlanSet{bounded(plan)});
}

bool MemoryCounters::unset_plan(const Plan& plan) {
    const Plan kept = bounded(plan);
    const std::lock_guard lock(mutex_);
    const KeptAccount* account = find_account(kept.account);
    if (account == nullptr || !account->plans.contains(kept.name)) return false;
    commit(PlanUnset{kept});
    return true;
}

std::vector<Plan> MemoryCounters::plans(const std::optional<std::string>& account) {
    const auto wanted = account ? std::optional(bounded(*account)) : std::nullopt;
    std::vector<Plan> all;
    for (const Shard& shard : *shards_) {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, kept] : shard.accounts) {
            if (wanted && name != *wanted) continue;
            for (const auto& [plan, max] : kept.plans) all.push_back({name, plan, max});
        }
    }
    std::ranges::sort(all, {}, [](const Plan& plan) { return std::tie(plan.name, plan.account); });
    return all;
}

template <typename Visit>
void MemoryCounters::for_each_use(const std::string& prefix, Time now, const Visit& visit) const {
    const std::string wanted = bounded_key(prefix);
    for (const Shard& shard : *shards_) {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, kept] : shard.counts) {
            if (!key.starts_with(wanted)) continue;
            if (const std::int64_t counted = used(kept.count, now))
                visit(Use{key, counted, kept.account});
        }
    }
}

std::vector<Use> MemoryCounters::list(const std::string& prefix, std::size_t most, Time now) {
    Best first(most, [](const Use& a, const Use& b) { return a.key < b.key; });
    for_each_use(prefix, now, [&first](Use use) { first.add(std::move(use)); });
    return first.taken();
}

std::vector<Use> MemoryCounters::most_used(const std::string& prefix, std::size_t most, Time now) {
    Best highest(most, uses_more);
    for_each_use(prefix, now, [&highest](Use use) { highest.add(std::move(use)); });
    return highest.taken();
}

bool MemoryCounters::reset(const std::string& key) {
    const std::string wanted = bounded_key(key);
    const std::lock_guard lock(mutex_);
    if (find_count(wanted) == nullptr) return false;
    commit(Forgotten{wanted});
    return true;
}

std::string MemoryCounters::describe() const { return fmt::format("memory, {} counts", size()); }

std::uint64_t MemoryCounters::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

std::size_t MemoryCounters::size() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(
        shards_->begin(), shards_->end(), std::size_t{0},
        [](std::size_t sum, const Shard& shard) { return sum + shard.counts.size(); });
}

}  // namespace spillway::limits
