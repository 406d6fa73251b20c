// The law of the window written down as plainly as possible, to compare the counters with: every
// charge is remembered with the slice it was made in.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "limits/limits.h"

namespace spillway::limits {

class ExactLog {
  public:
    explicit ExactLog(std::int64_t slice_ms) : slice_ms_(slice_ms) {}

    // What is counted at `now`: all that was charged in this slice and the `slices` before it. The
    // clock of a key stands still until it has caught up with the last charge.
    std::int64_t used(const std::string& key, Time now) const {
        const auto found = entries_.find(key);
        if (found == entries_.end()) return 0;
        const std::int64_t newest = slice(found->second, now);
        std::int64_t used = 0;
        for (const Entry& entry : found->second)
            if (newest - entry.slice <= slices) used += entry.cost;
        return used;
    }

    // All or none, each charge with a key of its own.
    bool charge(const std::vector<Charge>& charges, Time now) {
        for (const Charge& charge : charges)
            if (used(charge.key, now) + charge.cost > charge.rate.count) return false;
        for (const Charge& charge : charges) {
            if (charge.cost == 0) continue;
            auto& entries = entries_[charge.key];
            const std::int64_t newest = slice(entries, now);
            std::erase_if(entries, [&](const Entry& old) { return newest - old.slice > slices; });
            entries.push_back(Entry{newest, charge.cost});
        }
        return true;
    }

  private:
    struct Entry {
        std::int64_t slice = 0;
        std::int64_t cost = 0;
    };

    std::int64_t slice(const std::vector<Entry>& entries, Time now) const {
        const std::int64_t slice = now.time_since_epoch().count() / slice_ms_;
        return entries.empty() ? slice : std::max(slice, entries.back().slice);
    }

    std::int64_t slice_ms_;
    std::map<std::string, std::vector<Entry>> entries_;
};

}  // namespace spillway::limits
