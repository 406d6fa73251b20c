#include "store/suppression_cache.h"

#include <utility>

namespace spillway::store {

std::optional<limits::SuppressionAnswer> SuppressionCache::find(const std::string& key,
                                                                limits::Time now,
                                                                Steady steady_now) {
    const std::lock_guard lock(mutex_);
    for (const Half* half : {&newer_, &older_}) {
        const auto found = half->find(key);
        if (found == half->end()) continue;
        if (found->second.until <= steady_now) return std::nullopt;
        const auto* entry = std::get_if<limits::Suppression>(&found->second.answer);
        if (entry && entry->until && *entry->until <= now) return std::nullopt;
        return found->second.answer;
    }
    return std::nullopt;
}

std::uint64_t SuppressionCache::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

void SuppressionCache::keep(std::uint64_t generation, const std::string& key,
                            const limits::SuppressionAnswer& answer, Steady steady_now) {
    const std::lock_guard lock(mutex_);
    if (generation != generation_) return;
    if (newer_.size() >= most_ / 2) {
        older_ = std::move(newer_);
        newer_ = {};
    }
    newer_.insert_or_assign(key, Kept{answer, steady_now + kept_});
}

void SuppressionCache::clear() {
    Half newer, older;  // freed after the lock is
    const std::lock_guard lock(mutex_);
    newer.swap(newer_);
    older.swap(older_);
    ++generation_;
}

}  // namespace spillway::store
