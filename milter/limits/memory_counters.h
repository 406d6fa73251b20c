// Counters in this process: for one machine, for tests, and for what Redis cannot answer.
//
// Thread-safe. Counts survive a restart through save() and load(), and a kill through the journal;
// writing the files is the caller's. Memory is bounded by what was charged within the last two
// windows: expired counts are swept, and a refused charge leaves nothing behind but what it told.
// They are kept for one window more than needed, an hour at least, so that a clock set back by less
// still finds them. A count takes about 300 bytes and 16 for each slice that holds something; one
// of recipients about 140 bytes each; a text about 1.5 kB.
//
// All lies in many maps under one lock: who walks all of them (save, list, the sweep) lets go of
// the lock after each map, so that a million keys never hold up mail.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <tl/expected.hpp>

#include "limits/counters.h"
#include "limits/journal_text.h"
#include "limits/merged.h"
#include "limits/open_receipts.h"
#include "limits/shard.h"

namespace spillway::limits {

// The maximum in force when it is not the rate's own.
struct Override {
    std::optional<std::int64_t> max;
    std::string plan;  // whose it is
};

class MemoryCounters : public Counters {
  public:
    // Gets each change, with its line end, in the order of the changes, under the lock: to be
    // written at once. Never throws.
    using Journal = std::function<void(std::string_view line)>;
    using Sink = std::function<void(std::string_view piece)>;

    Outcome charge(const Call& call, Time now) noexcept override;
    void settle(const Receipt& receipt, bool left, Time now) noexcept override;
    std::vector<std::optional<Standing>> peek(const std::vector<Charge>& charges,
                                              Time now) noexcept override;
    std::optional<std::vector<std::int64_t>> mailing_sizes(const Mailing& mailing,
                                                           Time now) noexcept override;
    Answer hold(const Place& place, Time now) noexcept override;
    void release(const Place& place) noexcept override;
    void suspend(const Suspension& suspension, Time now) noexcept override;
    bool unsuspend(const Suspect& suspect) override;
    std::vector<Suspension> suspensions(Time now) override;
    void set_plan(const Plan& plan) override;
    bool unset_plan(const Plan& plan) override;
    std::vector<Plan> plans(const std::optional<std::string>& account) override;
    std::vector<Use> list(const std::string& prefix, std::size_t most, Time now) override;
    std::vector<Use> most_used(const std::string& prefix, std::size_t most, Time now) override;
    bool reset(const std::string& key) override;
    std::string describe() const override;

    // Counts without asking: for charges that another store has already granted. Out of memory
    // nothing is counted.
    void record(const std::vector<Charge>& charges, Time now) noexcept;

    // All live counts as text with a checksum, in pieces, and back (the format is told in
    // saved_counts.h). Each shard is saved as it is at some moment of the call, and says which
    // change was its newest. What the sink throws goes through. load() replaces everything but
    // places; a damaged text changes nothing and says why.
    void save(const Sink& sink, Time now) const;
    tl::expected<void, std::string> load(std::string_view text, Time now);

    // Does again what a line of the journal tells, unless what was loaded knew it. In the order of
    // the journal, after load() and before anything is charged.
    tl::expected<void, std::string> replay(std::string_view line);

    // From now on each change is told. Empty for none.
    void journal_to(Journal journal);

    // The number of the newest change, so that a saver can tell whether there is anything new.
    std::uint64_t changes() const;

    // How many counts are held, expired ones not yet swept included.
    std::size_t size() const;

  private:
    struct Asked;

    Outcome charged(const Call& call, Time now);
    Asked look_at(Merged merged, Time now) const;
    Outcome granted(const Call& call, const Asked& asked, Time now);
    Outcome refused(const Asked& asked, Time now);
    void take_back_earlier_tries(const Call& call, Time now);
    std::optional<Posted> resolved(const std::optional<Mailing>& mailing) const;

    const KeptCount* find_count(const std::string& key) const;
    const KeptAccount* find_account(const std::string& account) const;
    static Override override_of(const KeptAccount* account, const std::vector<std::string>& plans);
    std::optional<Suspension> suspension_of(const std::vector<Suspect>& senders, Time now) const;
    template <typename Visit>
    void for_each_use(const std::string& prefix, Time now, const Visit& visit) const;

    // What each change does, now and when it is replayed. All or nothing when memory runs out.
    void commit(Change change);
    void apply(Charged& charged, std::uint64_t number);
    void apply(Settled& settled, std::uint64_t number);
    void apply(PlanSet& set, std::uint64_t number);
    void apply(PlanUnset& unset, std::uint64_t number);
    void apply(Suspended& suspended, std::uint64_t number);
    void apply(Unsuspended& unsuspended, std::uint64_t number);
    void apply(Forgotten& forgotten, std::uint64_t number);
    void do_all(const std::vector<Deed>& deeds, std::uint64_t number, Time now);
    void undo(const Deed& deed, std::uint64_t number, Time now) noexcept;
    Shard* shard_unless_known(const std::string& name, std::uint64_t number);

    void forget_expired(Time now);

    mutable std::mutex mutex_;  // guards all below
    std::unique_ptr<Shards> shards_ = std::make_unique<Shards>();
    OpenReceipts receipts_;
    std::unordered_map<std::string, std::unordered_set<std::string>> places_;  // holders by key
    std::uint64_t loaded_receipts_change_ = 0;
    std::uint64_t changes_ = 0;
    std::uint64_t next_token_ = 1;
    Journal journal_;
    std::size_t next_to_sweep_ = 0;
    std::size_t charges_to_sweep_ = 0;
};

}  // namespace spillway::limits
