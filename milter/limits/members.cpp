#include "limits/members.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace spillway::limits {

Members::Members(Members&& other) noexcept
    : table_(std::move(other.table_)),
      oldest_(std::exchange(other.oldest_, nullptr)),
      newest_(std::exchange(other.newest_, nullptr)) {
    other.table_.clear();
}

Members& Members::operator=(Members&& other) noexcept {
    table_ = std::move(other.table_);
    other.table_.clear();
    oldest_ = std::exchange(other.oldest_, nullptr);
    newest_ = std::exchange(other.newest_, nullptr);
    return *this;
}

std::optional<Time> Members::seen(const std::string& member) const {
    const auto found = table_.find(member);
    if (found == table_.end()) return std::nullopt;
    return found->second.at;
}

// Walks over what has expired and was not forgotten yet: each is walked over until the next charge
// that is granted.
std::size_t Members::count_after(Time then) const {
    std::size_t count = table_.size();
    for (const Entry* old = oldest_; old != nullptr && old->second.at <= then;
         old = old->second.newer)
        --count;
    return count;
}

std::optional<Time> Members::seen_by_rank(std::size_t k, Time then,
                                          const std::vector<std::string>& own) const {
    const std::size_t bound = k + own.size();  // no more than that many need to be looked at
    std::size_t looked_at = 0;
    for (const Entry* old = oldest_; old != nullptr && looked_at < bound; old = old->second.newer) {
        if (old->second.at <= then) continue;
        ++looked_at;
        if (std::ranges::find(own, old->first) != own.end()) continue;
        if (--k == 0) return old->second.at;
    }
    return std::nullopt;
}

Seen Members::seeing(const std::vector<std::string>& own, Time now, Time then) const {
    Seen seeing{.at = newest_or(now)};
    bool at_that_very_time = false;
    for (const std::string& member : own) {
        const auto last = seen(member);
        at_that_very_time = at_that_very_time || last == seeing.at;
        (last && *last > then ? seeing.again : seeing.fresh).push_back(member);
    }
    if (at_that_very_time) seeing.at += std::chrono::milliseconds{1};
    return seeing;
}

Time Members::newest_or(Time now) const {
    return newest_ == nullptr ? now : std::max(now, newest_->second.at);
}

void Members::see(const Seen& seen) {
    for (const std::string& member : seen.again) see(member, seen.at);
    try {
        for (const std::string& member : seen.fresh) see(member, seen.at);
    } catch (...) {
        unsee(seen);
        throw;
    }
}

void Members::see(const std::string& member, Time at) {
    const auto [found, is_new] = table_.try_emplace(member);
    if (!is_new) unlink(*found);
    found->second.at = newest_or(at);
    link_newest(*found);
}

void Members::unsee(const Seen& seen) {
    for (const std::string& member : seen.fresh) {
        const auto found = table_.find(member);
        if (found == table_.end() || found->second.at != seen.at) continue;
        unlink(*found);
        table_.erase(found);
    }
}

void Members::forget_until(Time then) {
    while (oldest_ != nullptr && oldest_->second.at <= then) {
        Entry& old = *oldest_;
        unlink(old);
        table_.erase(table_.find(old.first));
    }
}

void Members::unlink(Entry& entry) {
    auto& [at, older, newer] = entry.second;
    (older == nullptr ? oldest_ : older->second.newer) = newer;
    (newer == nullptr ? newest_ : newer->second.older) = older;
    older = newer = nullptr;
}

void Members::link_newest(Entry& entry) {
    entry.second.older = newest_;
    (newest_ == nullptr ? oldest_ : newest_->second.newer) = &entry;
    newest_ = &entry;
}

}  // namespace spillway::limits
