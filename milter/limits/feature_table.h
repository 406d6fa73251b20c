// Which mailing a feature of texts points to. Not thread-safe by itself.
//
// One flat table with open addressing: a text has 32 features, and an account may send a million
// texts a day, so each entry is 16 bytes and no more than 32 with the room between them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "limits/hash.h"

namespace spillway::limits {

class FeatureTable {
  public:
    struct Entry {
        std::uint64_t feature = 0;  // 0 is no feature: that of the hash 0 is taken for 1
        std::uint32_t mailing = 0;
        std::uint32_t seen = 0;  // seconds since the epoch
    };

    const Entry* find(std::uint64_t feature) const {
        if (used_ == 0) return nullptr;
        const Entry& found = slots_[slot_of(slots_, std::max<std::uint64_t>(feature, 1))];
        return found.feature == 0 ? nullptr : &found;
    }

    // What reserve() has made room for needs no memory.
    void put(Entry entry) {
        entry.feature = std::max<std::uint64_t>(entry.feature, 1);
        Entry& slot = slots_[slot_of(slots_, entry.feature)];
        if (slot.feature == 0) ++used_;
        slot = entry;
    }

    void reserve(std::size_t more) {
        std::size_t size = std::max<std::size_t>(slots_.size(), 16);
        while ((used_ + more) * 4 > size * 3) size *= 2;
        if (size != slots_.size()) rebuild(size, [](const Entry&) { return true; });
    }

    template <typename Wanted>
    void keep_if(const Wanted& wanted) {
        const std::size_t kept = static_cast<std::size_t>(std::ranges::count_if(
            slots_, [&](const Entry& entry) { return entry.feature != 0 && wanted(entry); }));
        if (kept == used_) return;
        std::size_t size = 16;
        while (kept * 2 > size) size *= 2;
        rebuild(size, wanted);
    }

    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (const Entry& entry : slots_)
            if (entry.feature != 0) visit(entry);
    }

    std::size_t size() const { return used_; }

  private:
    // Mixed, because features are the smallest hashes of a text: their high bits are alike.
    static std::size_t slot_of(const std::vector<Entry>& slots, std::uint64_t feature) {
        std::size_t slot = mixed(feature) % slots.size();
        while (slots[slot].feature != 0 && slots[slot].feature != feature)
            slot = (slot + 1) % slots.size();
        return slot;
    }

    template <typename Wanted>
    void rebuild(std::size_t size, const Wanted& wanted) {
        std::vector<Entry> slots(size);
        std::size_t used = 0;
        for (const Entry& entry : slots_) {
            if (entry.feature == 0 || !wanted(entry)) continue;
            slots[slot_of(slots, entry.feature)] = entry;
            ++used;
        }
        slots_ = std::move(slots);
        used_ = used;
    }

    std::vector<Entry> slots_;
    std::size_t used_ = 0;
};

}  // namespace spillway::limits
