// Different things and when each was last seen, oldest first. Not thread-safe by itself.
//
// Exact: the things themselves are kept, in one hash table whose entries are linked in the order of
// their times. About 130 bytes each for mail addresses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "limits/deed.h"
#include "limits/limits.h"

namespace spillway::limits {

class Members {
  public:
    Members() = default;
    Members(Members&& other) noexcept;
    Members& operator=(Members&& other) noexcept;
    Members(const Members&) = delete;  // the links lead into the table itself
    Members& operator=(const Members&) = delete;
    ~Members() = default;

    std::size_t size() const { return table_.size(); }
    std::optional<Time> seen(const std::string& member) const;

    // Those last seen after `then`.
    std::size_t count_after(Time then) const;

    // When the number k (1 is the first) of those last seen after `then`, and not in `own`, was
    // seen; nullopt when there are fewer.
    std::optional<Time> seen_by_rank(std::size_t k, Time then,
                                     const std::vector<std::string>& own) const;

    // What a call with these members does at `now`, if the others were last seen after `then`.
    Seen seeing(const std::vector<std::string>& own, Time now, Time then) const;
    Time newest_or(Time now) const;  // the later of both

    // Out of memory none of the fresh ones are.
    void see(const Seen& seen);
    // Forgets those of the fresh ones that were not seen again since.
    void unsee(const Seen& seen);
    void forget_until(Time then);

    struct Link {
        Time at{};
        std::pair<const std::string, Link>* older = nullptr;
        std::pair<const std::string, Link>* newer = nullptr;
    };
    using Entry = std::pair<const std::string, Link>;
    const Entry* oldest() const { return oldest_; }

  private:
    void see(const std::string& member, Time at);
    void unlink(Entry& entry);
    void link_newest(Entry& entry);

    std::unordered_map<std::string, Link> table_;
    Entry* oldest_ = nullptr;
    Entry* newest_ = nullptr;
};

}  // namespace spillway::limits
