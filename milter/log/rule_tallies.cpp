#include "log/rule_tallies.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>
#include <utility>

namespace spillway::log {

namespace {

constexpr std::size_t most_shards = 4;

// The phrases are a few of ours: this is for the day on which somebody forgets that.
constexpr std::size_t most_reasons = 40;
constexpr const char* other_reasons = "other reasons";

RuleSums difference(RuleSums now, const RuleSums& earlier) { return now -= earlier; }

}  // namespace

std::uint64_t RuleSums::times_unsure() const {
    std::uint64_t sum = 0;
    for (const auto& [why, count] : unsure) sum += count;
    return sum;
}

std::uint64_t RuleSums::times_out_of_budget() const {
    std::uint64_t sum = 0;
    for (const auto& [why, count] : unsure) sum += policy::is_out_of_budget(why) ? count : 0;
    return sum;
}

RuleSums& RuleSums::operator+=(const RuleSums& other) {
    took += other.took;
    hits += other.hits;
    for (const auto& [why, count] : other.unsure) unsure[why] += count;
    return *this;
}

RuleSums& RuleSums::operator-=(const RuleSums& earlier) {
    took -= earlier.took;
    hits -= earlier.hits;
    for (const auto& [why, count] : earlier.unsure) unsure[why] -= count;
    std::erase_if(unsure, [](const auto& one) { return one.second == 0; });
    return *this;
}

std::chrono::nanoseconds RuleTalliesReport::all_rules() const {
    std::chrono::nanoseconds sum{};
    for (const RuleTally& one : rules) sum += one.since_start.took.sum;
    return sum;
}

const RuleTally* RuleTalliesReport::costliest() const {
    const auto sum_of = [](const RuleTally& one) { return one.since_start.took.sum; };
    const auto most = std::ranges::max_element(rules, {}, sum_of);
    if (most == rules.end() || most->since_start.took.count() == 0) return nullptr;
    return &*most;
}

// Of one rule, over as many policies as it is in.
class RuleTallies::Counts {
  public:
    explicit Counts(std::size_t shards) : shards_(shards) {}

    // Only for who has taken the shard.
    void add(std::size_t shard, std::chrono::nanoseconds took, std::uint32_t hits) {
        Shard& to = shards_[shard];
        raise(to.buckets[Durations::bucket_of(took)], std::uint64_t{1});
        raise(to.nanoseconds, std::int64_t{took.count()});
        if (hits > 0) raise(to.hits, std::uint64_t{hits});
    }

    void add_unsure(const std::string& why) {
        const std::lock_guard lock(mutex_);
        const bool is_known = unsure_.contains(why) || unsure_.size() < most_reasons;
        ++unsure_[is_known ? why : other_reasons];
    }

    RuleSums sums() const {
        RuleSums sums;
        for (const Shard& shard : shards_) {
            for (std::size_t i = 0; i < Durations::buckets; ++i)
                sums.took.counts[i] += shard.buckets[i].load(std::memory_order_relaxed);
            sums.took.sum +=
                std::chrono::nanoseconds(shard.nanoseconds.load(std::memory_order_relaxed));
            sums.hits += shard.hits.load(std::memory_order_relaxed);
        }
        const std::lock_guard lock(mutex_);
        sums.unsure = unsure_;
        return sums;
    }

  private:
    // By the only writer; atomic for those who read meanwhile.
    template <typename Number>
    static void raise(std::atomic<Number>& number, Number more) {
        number.store(number.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }

    // On cache lines of its own, so that two processors do not wait for each other.
    struct alignas(64) Shard {
        std::array<std::atomic<std::uint64_t>, Durations::buckets> buckets{};
        std::atomic<std::int64_t> nanoseconds = 0;
        std::atomic<std::uint64_t> hits = 0;
    };

    std::vector<Shard> shards_;
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> unsure_;
};

struct RuleTallies::Entry {
    std::string rule;
    policy::Mode mode;
    std::string place;
    std::shared_ptr<Counts> counts;
    RuleSums at_reload;
};

// The rules of one policy, in its order. Immutable but for the counts.
struct RuleTallies::Table {
    const policy::Policy* of;
    std::weak_ptr<const policy::Policy> in_use;  // for as long as `of` is a policy
    std::vector<Entry> rules;
    std::array<RuleSums, policy::shared_works> shared_at_reload;
};

RuleTallies::RuleTallies()
    : shards_(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_shards)) {
    for (auto& counts : shared_) counts = std::make_shared<Counts>(shards_.size());
}

RuleTallies::~RuleTallies() = default;

void RuleTallies::replace(const std::shared_ptr<const policy::Policy>& policy) {
    auto table = std::make_shared<Table>();
    table->of = policy.get();
    table->in_use = policy;
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::shared_ptr<Counts>> known;
    if (!tables_.empty())
        for (const Entry& entry : tables_.back()->rules) known.emplace(entry.rule, entry.counts);
    for (const policy::Rule& rule : policy->rules) {
        auto& counts = known[rule.name];
        if (!counts) counts = std::make_shared<Counts>(shards_.size());
        table->rules.push_back({rule.name, rule.mode, rule.place, counts, counts->sums()});
    }
    for (std::size_t i = 0; i < shared_.size(); ++i)
        table->shared_at_reload[i] = shared_[i]->sums();
    std::erase_if(tables_,
                  [&](const auto& one) { return one->in_use.expired() || one->of == table->of; });
    tables_.push_back(std::move(table));
}

std::shared_ptr<const RuleTallies::Table> RuleTallies::table_of(
    const policy::Policy& policy) const {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(tables_.rbegin(), tables_.rend(),
                                    [&](const auto& one) { return one->of == &policy; });
    return found == tables_.rend() ? nullptr : *found;
}

// There are about as many as processors, so that hardly ever none is free.
RuleTallies::TakenShard RuleTallies::free_shard() {
    const std::size_t last = shards_.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
        std::unique_lock lock(shards_[i], std::try_to_lock);
        if (lock) return {i, std::move(lock)};
    }
    return {last, std::unique_lock(shards_[last])};
}

void RuleTallies::add(const policy::Policy& policy, const policy::Readings& readings) noexcept {
    try {
        const auto table = table_of(policy);
        if (!table || readings.rules.size() != table->rules.size()) return;
        const TakenShard taken = free_shard();
        const std::size_t shard = taken.number;
        for (std::size_t i = 0; i < readings.rules.size(); ++i) {
            const policy::RuleReading& one = readings.rules[i];
            if (one.asked) table->rules[i].counts->add(shard, one.took, one.hits);
        }
        for (const auto& [rule, why] : readings.unsure) table->rules[rule].counts->add_unsure(why);
        for (std::size_t i = 0; i < shared_.size(); ++i)
            if (readings.shared[i].count() > 0) shared_[i]->add(shard, readings.shared[i], 0);
    } catch (...) {  // NOLINT(bugprone-empty-catch): memory ran out; the count is lost, on purpose
    }
}

RuleTalliesReport RuleTallies::report() const {
    RuleTalliesReport report;
    std::shared_ptr<const Table> table;
    {
        const std::lock_guard lock(mutex_);
        if (!tables_.empty()) table = tables_.back();
    }
    if (!table) return report;
    for (const Entry& entry : table->rules) {
        const RuleSums sums = entry.counts->sums();
        report.rules.push_back(
            {entry.rule, entry.mode, entry.place, sums, difference(sums, entry.at_reload)});
    }
    for (std::size_t i = 0; i < shared_.size(); ++i) {
        const RuleSums sums = shared_[i]->sums();
        report.shared[i] = {policy::name_of(static_cast<policy::SharedWork>(i)),
                            {},
                            "",
                            sums,
                            difference(sums, table->shared_at_reload[i])};
    }
    return report;
}

}  // namespace spillway::log
