// What changes do to the counters of this process, when they happen and when they are replayed.
#include <algorithm>
#include <utility>

#include "limits/memory_counters.h"
#include "limits/saved_counts.h"

namespace spillway::limits {

namespace {

// So that a clock set back by less, or by a window, still finds them.
constexpr std::chrono::milliseconds least_kept_longer = std::chrono::hours{1};

void do_deed(Shard& shard, const Deed& deed) {
    auto found = shard.counts.find(deed.key);
    if (found == shard.counts.end())
        found =
            shard.counts.try_emplace(deed.key, KeptCount{count_for(deed.what), deed.account}).first;
    KeptCount& kept = found->second;
    if (!counts(kept.count, deed.what)) {
        kept.count = count_for(deed.what);
        kept.told.clear();
    }
    if (kept.account.empty()) kept.account = deed.account;  // saved by a release without accounts
    if (!deed.told.empty()) mark(kept.told, deed.told, deed.told_until);
    apply(kept.count, deed.what);  // last: when memory runs out here or above, nothing is counted
}

void drop_if_empty(Shard& shard, const std::string& account) {
    const auto found = shard.accounts.find(account);
    if (found != shard.accounts.end() && found->second.empty()) shard.accounts.erase(found);
}

}  // namespace

// The line is written before anything is done, and told after: doing is all that may fail between.
void MemoryCounters::commit(Change change) {
    const std::uint64_t number = changes_ + 1;
    const std::string line = journal_ ? journal_text(number, change) : std::string();
    std::visit([this, number](auto& kind) { apply(kind, number); }, change);
    changes_ = number;
    if (journal_) journal_(line);
}

Shard* MemoryCounters::shard_unless_known(const std::string& name, std::uint64_t number) {
    Shard& shard = (*shards_)[shard_of(name)];
    return number <= shard.loaded_change ? nullptr : &shard;
}

void MemoryCounters::apply(Charged& charged, std::uint64_t number) {
    if (charged.posted) {
        if (Shard* shard = shard_unless_known(charged.posted->account, number))
            shard->accounts[charged.posted->account].mailings.record(*charged.posted, charged.at);
    }
    if (charged.token == 0) return do_all(charged.deeds, number, charged.at);

    next_token_ = std::max(next_token_, charged.token + 1);
    if (number <= loaded_receipts_change_) return do_all(charged.deeds, number, charged.at);
    const OpenReceipt& receipt =
        receipts_.add(charged.token, {.at = charged.at,
                                      .account = std::move(charged.account),
                                      .message = std::move(charged.message),
                                      .deeds = std::move(charged.deeds)});
    try {
        do_all(receipt.deeds, number, charged.at);
    } catch (...) {
        receipts_.take(charged.token);
        throw;
    }
}

void MemoryCounters::do_all(const std::vector<Deed>& deeds, std::uint64_t number, Time now) {
    for (std::size_t done = 0; done < deeds.size(); ++done) {
        try {
            if (Shard* shard = shard_unless_known(deeds[done].key, number))
                do_deed(*shard, deeds[done]);
        } catch (...) {
            for (std::size_t i = 0; i < done; ++i) undo(deeds[i], number, now);
            throw;
        }
    }
}

// Needs no memory.
void MemoryCounters::undo(const Deed& deed, std::uint64_t number, Time now) noexcept {
    Shard* shard = shard_unless_known(deed.key, number);
    if (shard == nullptr) return;
    const auto found = shard->counts.find(deed.key);
    if (found != shard->counts.end()) take_back(found->second.count, deed.what, now);
}

void MemoryCounters::apply(Settled& settled, std::uint64_t number) {
    if (number <= loaded_receipts_change_) return;  // all parts know it as well
    const auto receipt = receipts_.take(settled.token);
    if (!receipt || settled.left) return;
    for (const Deed& deed : receipt->deeds) undo(deed, number, settled.at);
}

void MemoryCounters::apply(PlanSet& set, std::uint64_t number) {
    if (Shard* shard = shard_unless_known(set.plan.account, number))
        shard->accounts[set.plan.account].plans[set.plan.name] = set.plan.max;
}

void MemoryCounters::apply(PlanUnset& unset, std::uint64_t number) {
    Shard* shard = shard_unless_known(unset.plan.account, number);
    if (shard == nullptr) return;
    shard->accounts[unset.plan.account].plans.erase(unset.plan.name);
    drop_if_empty(*shard, unset.plan.account);
}

void MemoryCounters::apply(Suspended& suspended, std::uint64_t number) {
    const auto& [account, whom, who] = suspended.suspension.suspect;
    if (Shard* shard = shard_unless_known(account, number))
        shard->accounts[account].suspensions[{whom, who}] = suspended.suspension;
}

void MemoryCounters::apply(Unsuspended& unsuspended, std::uint64_t number) {
    const auto& [account, whom, who] = unsuspended.suspect;
    Shard* shard = shard_unless_known(account, number);
    if (shard == nullptr) return;
    shard->accounts[account].suspensions.erase({whom, who});
    drop_if_empty(*shard, account);
}

void MemoryCounters::apply(Forgotten& forgotten, std::uint64_t number) {
    if (Shard* shard = shard_unless_known(forgotten.key, number))
        shard->counts.erase(forgotten.key);
}

// One shard at a time, so that nobody waits for the whole. A sweep looks at everything in its
// shard; as many charges come before the next, so that a charge costs the same on average however
// many keys there are.
void MemoryCounters::forget_expired(Time now) {
    if (charges_to_sweep_ > 0) {
        --charges_to_sweep_;
        return;
    }
    receipts_.forget_older(now - open_receipts_kept);
    Shard& shard = (*shards_)[next_to_sweep_++ % shards_->size()];
    std::erase_if(shard.counts, [now](const auto& entry) {
        const auto window = std::max(limits::window(entry.second.count), least_kept_longer);
        return expires(entry.second) + window <= now;
    });
    std::size_t looked_at = shard.counts.size();
    for (auto& [name, kept] : shard.accounts) {
        std::erase_if(kept.suspensions, [now](const auto& one) { return one.second.until <= now; });
        looked_at += 1 + kept.mailings.features().size() / 16;
        kept.mailings.forget_expired(now);
    }
    std::erase_if(shard.accounts, [](const auto& entry) { return entry.second.empty(); });
    charges_to_sweep_ = looked_at;
}

void MemoryCounters::save(const Sink& sink, Time now) const {
    SavedText text(sink);
    const auto locked = [this](const auto& look) {
        const std::lock_guard lock(mutex_);
        return std::pair(look(), changes_);
    };
    std::uint64_t next_token = 0;
    auto receipts = locked([&] {
        next_token = next_token_;
        return receipt_lines(receipts_);
    });
    text.add_receipts(std::move(receipts.first), receipts.second, next_token);
    for (std::size_t i = 0; i < shards_->size(); ++i) {
        auto part = locked([&] { return live_lines((*shards_)[i], now); });
        text.add_part(i, std::move(part.first), part.second);
    }
    text.end();
}

tl::expected<void, std::string> MemoryCounters::load(std::string_view text, Time now) {
    auto saved = parse_saved(text);
    if (!saved) return tl::make_unexpected(saved.error());
    for (Shard& shard : *saved->shards)
        std::erase_if(shard.counts,
                      [now](const auto& entry) { return expires(entry.second) <= now; });
    const std::lock_guard lock(mutex_);
    shards_ = std::move(saved->shards);
    receipts_ = std::move(saved->receipts);
    loaded_receipts_change_ = saved->receipts_change;
    changes_ = std::max(changes_, saved->newest_change) + 1;  // loading is one
    next_token_ = saved->next_token;
    return {};
}

tl::expected<void, std::string> MemoryCounters::replay(std::string_view text) {
    auto line = parse_journal_line(text);
    if (!line) return tl::make_unexpected(line.error());
    const std::lock_guard lock(mutex_);
    std::visit([this, &line](auto& kind) { apply(kind, line->number); }, line->change);
    changes_ = std::max(changes_, line->number);
    return {};
}

void MemoryCounters::journal_to(Journal journal) {
    const std::lock_guard lock(mutex_);
    journal_ = std::move(journal);
}

}  // namespace spillway::limits
