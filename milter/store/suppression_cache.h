// What the suppression list in Redis said of senders and recipients, for a while: "not on it" as
// well, which is what most are.
//
// Bounded: the older half is dropped when the newer one is full, so memory stays below `most`
// answers of about 300 bytes. Thread-safe; a look-up is one search under a lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "limits/suppression.h"

namespace spillway::store {

class SuppressionCache {
  public:
    using Steady = std::chrono::steady_clock::time_point;

    SuppressionCache(std::size_t most, std::chrono::milliseconds kept) : most_(most), kept_(kept) {}

    // nullopt when it is not known, or no longer: an entry that has ended may hide another one.
    std::optional<limits::SuppressionAnswer> find(const std::string& key, limits::Time now,
                                                  Steady steady_now);

    // Of before the list was asked: an answer that a change has overtaken is not kept.
    std::uint64_t generation() const;
    void keep(std::uint64_t generation, const std::string& key,
              const limits::SuppressionAnswer& answer, Steady steady_now);

    // The list was changed here.
    void clear();

  private:
    struct Kept {
        limits::SuppressionAnswer answer;
        Steady until;
    };
    using Half = std::unordered_map<std::string, Kept>;

    const std::size_t most_;
    const std::chrono::milliseconds kept_;
    mutable std::mutex mutex_;  // guards all below
    Half newer_;
    Half older_;
    std::uint64_t generation_ = 0;
};

}  // namespace spillway::store
