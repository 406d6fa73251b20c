// One SMTP connection: gathers a message while the MTA talks, asks the policy, asks the counters.
//
// Knows the order of SMTP events and nothing of libmilter. A session is used by one thread at a time,
// but by different threads one after the other.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "limits/limits.h"
#include "log/log.h"
#include "policy/evaluate.h"
#include "policy/message.h"
#include "policy/policy.h"
#include "session/spool.h"

namespace spillway::session {

// What a session needs of the process; outlives all sessions.
struct Surroundings {
    std::function<std::shared_ptr<const policy::Policy>()> current_policy;
    limits::Counters& counters;
    log::Log& log;
    std::string spool_dir;
    std::uint64_t spool_above = 1024 * 1024;
    std::function<limits::Time()> now;
};

class Session {
  public:
    explicit Session(const Surroundings& surroundings);

    void connected(policy::Client client);

    // MAIL begins a message (and ends one left open) under the policy loaded now.
    std::optional<policy::Refusal> mail(std::string user, std::string_view sender_argument);
    // A refused recipient is no part of the message.
    std::optional<policy::Refusal> recipient(std::string_view address, std::string_view argument);
    std::optional<policy::Refusal> data();
    void header(std::string_view name, std::string_view value);
    std::optional<policy::Refusal> end_of_headers();
    // Returns false when no further body bytes are needed.
    bool body(std::string_view chunk);

    // The whole decision. The counters are charged when, and only when, the message may leave.
    // `still_there` is asked after all else is decided and just before charging: an MTA that is gone
    // will not deliver this message, so it must not be counted. Then there is no decision.
    std::optional<policy::Decision> end_of_message(std::string queue_id,
                                                   const std::function<bool()>& still_there);

    // Forgets the message, keeps the connection.
    void abort();

    const policy::Policy& policy() const { return *policy_; }

  private:
    std::optional<policy::Refusal> refused(policy::Stage stage);
    void log_decision(const policy::Decision& decision, std::chrono::microseconds spent) const;

    const Surroundings& around_;
    policy::Client client_;
    std::shared_ptr<const policy::Policy> policy_;  // null outside a message
    policy::Message message_;
    std::size_t header_bytes_ = 0;
    bool headers_over_ = false;
    Spool spool_;
};

}  // namespace spillway::session
