// Counters in this process: for one machine, for tests, and for what Redis cannot answer.
//
// Thread-safe. Counts survive a restart through save() and load(); writing the file is the
// caller's. Memory is bounded by the keys charged within the last two windows, about 600 bytes
// each: a refused charge leaves nothing behind, and expired counts are swept. They are kept for one
// window more than needed, so that a clock set back by less than a window still finds them.
//
// The counts lie in many maps under one lock: who walks all of them (save, list, the sweep) lets go
// of the lock after each map, so that a million keys never hold up mail.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <tl/expected.hpp>

#include "limits/limits.h"
#include "limits/sliding_count.h"

namespace spillway::limits {

class MemoryCounters : public Counters {
  public:
    // Out of memory every answer is Unavailable, and nothing was counted.
    Answers charge(const std::vector<Charge>& charges, Time now) noexcept override;
    std::vector<Use> list(const std::string& prefix, std::size_t most, Time now) override;
    bool reset(const std::string& key) override;
    std::string describe() const override;

    // Counts without asking: for charges that another store has already granted. Out of memory
    // nothing is counted.
    void record(const std::vector<Charge>& charges, Time now) noexcept;

    // All live counts as text with a checksum, and back (the format is told in saved_counts.h).
    // Each count is saved as it is at some moment of the call, not all as they are at one moment.
    // load() replaces all counts; a damaged text changes nothing and says why.
    std::string save(Time now) const;
    tl::expected<void, std::string> load(std::string_view text, Time now);

    // Counts every change, so that a saver can tell whether there is anything new.
    std::uint64_t changes() const;

    // How many counts are held, expired ones not yet swept included.
    std::size_t size() const;

  private:
    using Counts = std::unordered_map<std::string, SlidingCount>;
    using Shards = std::array<Counts, 256>;

    static std::size_t shard_of(const std::string& key);
    Answers charged(const std::vector<Charge>& charges, Time now);
    Answer answer_to(const Charge& charge, Time now) const;
    void count(const std::vector<Charge>& charges, Time now);
    SlidingCount& count_for(const Charge& charge);
    void forget_expired(Time now);

    mutable std::mutex mutex_;  // guards all below
    Shards shards_;
    std::uint64_t changes_ = 0;
    std::size_t next_to_sweep_ = 0;
    std::size_t charges_to_sweep_ = 0;
};

}  // namespace spillway::limits
