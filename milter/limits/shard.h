// What the counters of this process keep, cut into shards so that nobody has to hold the lock for
// all of it. Plain data; MemoryCounters guards it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "limits/count.h"
#include "limits/counters.h"
#include "limits/hash.h"
#include "limits/mailings.h"
#include "limits/told.h"

namespace spillway::limits {

// What is kept under one key.
struct KeptCount {
    Count count;
    std::string account;
    ToldLevels told{};
};
// From when on it says nothing any more.
Time expires(const KeptCount& kept);

// What a suspension is kept under in its account.
using SuspectName = std::pair<Whom, std::string>;

// What is kept of one account beside its counts.
struct KeptAccount {
    std::map<std::string, std::int64_t> plans{};  // by name
    std::map<SuspectName, Suspension> suspensions{};
    Mailings mailings{};

    bool empty() const { return plans.empty() && suspensions.empty() && mailings.empty(); }
};

struct Shard {
    std::unordered_map<std::string, KeptCount> counts;
    std::unordered_map<std::string, KeptAccount> accounts;
    std::uint64_t loaded_change = 0;  // the newest change that is in what was loaded
};

using Shards = std::array<Shard, 1024>;

// The number of a key's or an account's shard: the same in all releases, because saved counts tell
// of each shard how new it is. Mixed, because the maps choose their buckets by a hash as well.
inline std::size_t shard_of(std::string_view name) {
    return mixed(fnv1a(name.begin(), name.end())) % std::tuple_size_v<Shards>;
}

}  // namespace spillway::limits
