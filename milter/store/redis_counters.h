// Counters in Redis, shared by all machines that ask it: one script call for each message.
//
// Thread-safe. A call that finds no reply before the timeout of the settings is Unavailable, or
// counted in this process for limits that ask for it; after some failures Redis is asked no more
// than every two seconds (breaker.h). Any error of Redis (READONLY, LOADING, MOVED, OOM …) counts
// as a failure; that all our connections are in use, or that we are out of memory or descriptors,
// does not.
//
// What is not promised: a call whose reply did not come in time may yet be carried out by a Redis
// that was only slow, so a message deferred for that reason may be counted although it comes again.
// Counts err on the side of too much, never too little.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "language/settings.h"
#include "limits/counters.h"
#include "limits/memory_counters.h"
#include "store/breaker.h"
#include "store/open.h"
#include "store/pool.h"

namespace spillway::store {

class RedisCounters : public limits::Counters {
  public:
    using SteadyClock = std::function<Breaker::Time()>;

    // At one time; more callers wait for one, at most the timeout. libmilter makes a thread for
    // each connection of the MTA without an upper limit, but a charge takes Redis well below a
    // millisecond, and its own limit (maxclients, 10000) is shared by all daemons.
    static constexpr std::size_t most_connections = 256;

    // Connects when first asked. Throws std::runtime_error when the host does not resolve. The
    // clock tells the breaker when to probe; tests move it by hand and ask for few connections.
    RedisCounters(const language::RedisStore& place, Notice notice,
                  SteadyClock steady_now = std::chrono::steady_clock::now,
                  std::size_t connections = most_connections);

    limits::Answers charge(const std::vector<limits::Charge>& charges,
                           limits::Time now) noexcept override;

    // Walk all keys of the database, so they take their time and do not ask the breaker. `now` is
    // not used: Redis's own clock is.
    std::vector<limits::Use> list(const std::string& prefix, std::size_t most,
                                  limits::Time now) override;
    bool reset(const std::string& key) override;

    std::string describe() const override;

  private:
    limits::Answers charged(Breaker::Permit permit, const std::vector<limits::Charge>& charges,
                            limits::Time now);
    tl::expected<limits::Answers, Failure> ask(const std::vector<limits::Charge>& charges);
    tl::expected<Reply, Failure> run(const std::vector<std::string>& words, Deadline deadline);
    tl::expected<Reply, Failure> run_once(const std::vector<std::string>& words, Deadline deadline);
    limits::Answers answer_here(const std::vector<limits::Charge>& charges, const std::string& why,
                                limits::Time now);
    void note(Breaker::Permit permit, const tl::expected<limits::Answers, Failure>& answers);
    std::string next_token();

    const language::RedisStore place_;
    const Notice notice_;
    const SteadyClock steady_now_;
    const std::string instance_;  // different in every process on every machine
    std::atomic<std::uint64_t> calls_{0};
    Pool pool_;
    Breaker breaker_;

    // Follows what Redis granted this process, so that it can go on from there alone.
    limits::MemoryCounters local_;

    mutable std::mutex mutex_;
    std::string last_failure_;  // guarded by mutex_
};

}  // namespace spillway::store
