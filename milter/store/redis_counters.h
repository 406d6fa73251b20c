// Counters in Redis, shared by all machines that ask it: one script call for each message, whatever
// it asks.
//
// Thread-safe. A call that finds no reply before the timeout of the settings is Unavailable, or
// counted in this process for limits that ask for it; after some failures Redis is asked no more
// than every two seconds (breaker.h). Any error of Redis (READONLY, LOADING, OOM …) counts as a
// failure; that all our connections are in use, or that we are out of memory or descriptors, does
// not.
//
// Whether a call that found no reply was carried out is unknown. It has a token, so it can be told
// again: when the message is deferred it is cancelled, before or after it comes; when it was
// counted here or let pass, it is charged there by force, once, as soon as Redis is back
// (settler.h).
//
// In a cluster each hash slot is asked by a call of its own, one after the other; when a later one
// refuses, what the earlier ones granted is taken back.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "language/settings.h"
#include "limits/counters.h"
#include "store/breaker.h"
#include "store/charge_call.h"
#include "store/local_counts.h"
#include "store/notice.h"
#include "store/parts.h"
#include "store/redis.h"
#include "store/refusals.h"
#include "store/scan.h"
#include "store/settler.h"
#include "store/watch.h"

namespace spillway::store {

class RedisCounters : public limits::Counters {
  public:
    using SteadyClock = std::function<Breaker::Time()>;

    struct Options {
        // Tells the breaker when to probe, and how long refusals are remembered; tests move it.
        SteadyClock steady_now = std::chrono::steady_clock::now;
        std::size_t connections = Redis::most_connections;
        Pace pace{};
        std::string instance{};  // different in every process on every machine; "" makes one
    };

    // Connects when first asked. Throws std::runtime_error when no host is known or a file that the
    // settings name cannot be used.
    RedisCounters(const language::RedisStore& place, Notice notice, Watch watch = {});
    RedisCounters(const language::RedisStore& place, Notice notice, Watch watch, Options options);

    // `now` is used while Redis is silent; else Redis's own clock is.
    limits::Outcome charge(const limits::Call& call, limits::Time now) noexcept override;
    void settle(const limits::Receipt& receipt, bool left, limits::Time now) noexcept override;
    std::vector<std::optional<limits::Standing>> peek(const std::vector<limits::Charge>& charges,
                                                      limits::Time now) noexcept override;
    std::optional<std::vector<std::int64_t>> mailing_sizes(const limits::Mailing& mailing,
                                                           limits::Time now) noexcept override;
    limits::Answer hold(const limits::Place& place, limits::Time now) noexcept override;
    void release(const limits::Place& place) noexcept override;
    void suspend(const limits::Suspension& suspension, limits::Time now) noexcept override;

    // Operators' questions do not ask the breaker; those that walk all keys take their time.
    bool unsuspend(const limits::Suspect& suspect) override;
    std::vector<limits::Suspension> suspensions(limits::Time now) override;
    void set_plan(const limits::Plan& plan) override;
    bool unset_plan(const limits::Plan& plan) override;
    std::vector<limits::Plan> plans(const std::optional<std::string>& account) override;
    std::vector<limits::Use> list(const std::string& prefix, std::size_t most,
                                  limits::Time now) override;
    std::vector<limits::Use> most_used(const std::string& prefix, std::size_t most,
                                       limits::Time now) override;
    bool reset(const std::string& key) override;
    std::string describe() const override;

    // What is still to be told to Redis, for a journal; see settler.h.
    Settler& settler() { return settler_; }

  private:
    // What asking all parts of a call came to.
    struct Asking {
        limits::Answers answers;
        std::optional<limits::Suspension> suspended;
        std::optional<Failure> failure;
        std::size_t parts_begun = 0;
    };

    tl::expected<Reply, Failure> run(const ScriptCall& call, Deadline deadline);
    template <typename Answered>
    tl::expected<Answered, Failure> ask(
        const ScriptCall& call,
        const std::function<std::optional<Answered>(const redisReply&)>& read);
    Reply ask_for_operator(const std::string& key, const Words& words);
    Deadline soon() const;

    limits::Outcome charged(Breaker::Permit permit, Asked& asked, limits::Time now);
    Asking ask_parts(const std::vector<Part>& parts, std::size_t charges, const std::string& token);
    tl::expected<Charged, Failure> ask_part(const Part& part, const std::string& token);
    limits::Answers answer_here(const Asked& asked, const std::vector<Part>& parts,
                                const Asking& asking, const std::string& token, limits::Time now);
    limits::Answers count_here(const limits::Call& call, const std::string& why,
                               const std::string& token, limits::Time now);
    limits::Answer hold_here(const limits::Place& place, const std::string& key,
                             const std::string& why);
    void cancel(const Part& part, const std::string& token, limits::Time now);
    void replay(const Part& part, const std::string& token, limits::Time now);
    std::string receipt_of(const Part& part, const std::string& token) const;

    void note(Breaker::Permit permit, const std::optional<Failure>& failure);
    std::string next_token();

    const language::RedisStore place_;
    const Notice notice_;
    const Watch watch_;
    const SteadyClock steady_now_;
    const Pace pace_;
    const std::string instance_;
    std::atomic<std::uint64_t> calls_{0};
    Redis redis_;
    Breaker breaker_;
    Refusals refusals_;
    LocalCounts local_;

    mutable std::mutex mutex_;
    std::string last_failure_;  // guarded by mutex_

    Settler settler_;  // last: its thread uses the others
};

}  // namespace spillway::store
