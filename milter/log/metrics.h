// What monitoring is told: counters, gauges and histograms in Prometheus's text format.
//
// Thread-safe; one object for the process. Names and labels are documented in spillwayd(8),
// METRICS. Labels hold names from the policy and words of ours, never anything a sender chose: mail
// cannot make series without end. No function harms the mail it counts: what goes wrong here is
// lost.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "limits/limits.h"
#include "log/log.h"
#include "log/rule_tallies.h"
#include "policy/condition.h"

namespace spillway::log {

enum class NoticeKind { mail, webhook };
enum class NoticeResult { sent, retried, failed, dropped };
// A call that was not made (no connection free, no memory) says nothing about Redis.
enum class RedisResult { answered, failed, not_made };

class Metrics {
  public:
    using Duration = std::chrono::steady_clock::duration;

    explicit Metrics(std::string_view version);
    ~Metrics();

    // The same record as the log line's: a message that ended, or a refused recipient.
    void message(const MessageRecord& record) noexcept;
    // How long one question to the policy took, counters included.
    void stage(policy::Stage stage, Duration took) noexcept;

    void connection_opened() noexcept;
    void connection_closed() noexcept;

    // One to a mailbox that somebody asked to be counted.
    void log_in(bool allowed) noexcept;

    void notice(NoticeKind kind, NoticeResult result) noexcept;

    // A message was kept in the archive, or could not be and was deferred.
    void archived(const std::string& archive, bool kept) noexcept;

    void redis_call(RedisResult result, Duration took) noexcept;
    void redis_breaker(bool open) noexcept;

    // What each rule did and took.
    RuleTallies& rules() { return rules_; }
    const RuleTallies& rules() const { return rules_; }

    void policy_loaded(std::uint64_t generation, limits::Time at) noexcept;
    void faulty_folders(std::size_t count) noexcept;  // of accounts, see policy::FaultyFolder
    void reload_failed() noexcept;

    // All of it, in the text format 0.0.4.
    std::string text() const;

  private:
    struct Instruments;
    std::unique_ptr<Instruments> instruments_;
    RuleTallies rules_;
};

}  // namespace spillway::log
