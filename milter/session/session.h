// One SMTP connection: gathers a message while the MTA talks, asks the policy, asks the counters.
//
// Knows the order of SMTP events and nothing of libmilter. A session is used by one thread at a
// time, but by different threads one after the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_ring.h"
#include "limits/counters.h"
#include "log/log.h"
#include "log/metrics.h"
#include "policy/evaluate.h"
#include "policy/lookups.h"
#include "policy/message.h"
#include "policy/notice.h"
#include "policy/partial.h"
#include "policy/policy.h"
#include "policy/readings.h"
#include "session/attachments.h"
#include "session/spool.h"
#include "store/suppressions.h"
#include "vault/archives.h"

namespace spillway::session {

// Header fields beyond this are not kept, and the message is refused at its end. The bookkeeping of
// each field counts too, so that a million tiny fields cost no more memory than one huge field.
inline constexpr std::size_t header_limit_bytes = 4 * 1024 * 1024;

// What a session needs of the process; outlives all sessions. Its functions never throw.
struct Surroundings {
    std::function<std::shared_ptr<const policy::Policy>()> current_policy;
    limits::Counters& counters;
    log::Log& log;
    log::Metrics& metrics;
    std::string spool_dir;
    std::uint64_t spool_above = 1024 * 1024;
    std::function<limits::Time()> now;
    // Tells people that a level of a limit was crossed; empty when nobody wants to know.
    std::function<void(const policy::Notice&)> tell = {};
    // True once for the name that a notice mail of ours carries: such mail is neither judged nor
    // counted. May be empty.
    std::function<bool(std::string_view)> is_our_notice = {};
    // Without it, it cannot be told what attachments hold.
    ReadDocument read_document = {};
    // Without it, maps that are kept elsewhere are unreachable.
    policy::LookUp look_up = {};
    // What seals the sender of a message. Without it, or without keys, a policy that wants senders
    // sealed defers them.
    std::function<std::shared_ptr<const crypto::KeyRing>()> current_keys = {};
    // Thread-safe. Without it, what is to be archived is deferred.
    vault::Archives* archives = nullptr;
    // Who is not to be written to; without it nobody knows.
    store::Suppressions* suppressions = nullptr;
};

// Who begins a message, and how: the login ("" without one), the argument of MAIL, and the queue
// id, which Sendmail and Postfix's own mail have already here, Postfix's SMTP mail only after the
// first RCPT.
struct Sender {
    std::string user;
    std::string_view argument;
    std::string_view queue_id;
    bool tls = false;  // whether the client's connection is encrypted
};

// Events outside a message (after a refusal, after abort) change nothing. Any function may throw
// what the spool, the policy or memory throw; the caller then defers the message and calls abort().
class Session {
  public:
    explicit Session(const Surroundings& surroundings);
    ~Session();  // the connection has ended
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Forgets a message left open: the MTA has begun anew.
    void connected(const policy::Client& client) noexcept;

    // MAIL begins a message (and ends one left open) under the policy loaded now.
    std::optional<policy::Refusal> mail(Sender sender);
    // A refused recipient is no part of the message. `address` is the recipient as the MTA
    // understood it, `argument` as the client wrote it.
    std::optional<policy::Refusal> recipient(std::string_view address, std::string_view argument);
    std::optional<policy::Refusal> data();
    // `value` is all that stands after the colon, the leading blank included.
    void header(std::string_view name, std::string_view value);
    // With `may_refuse` false nothing is refused here, because the MTA does not listen: the same
    // rules are read again at the end of the message.
    std::optional<policy::Refusal> end_of_headers(bool may_refuse);
    // Returns false when no further body bytes are needed.
    bool body(std::string_view chunk);

    // The whole decision. The counters are charged when, and only when, the message may leave.
    // `still_there` is asked after all else is decided and just before charging: an MTA that is
    // gone will not deliver this message, so it must not be counted. Then there is no decision.
    // After it settle() says whether the MTA took the answer.
    std::optional<policy::Decision> end_of_message(const std::function<bool()>& still_there);

    // The message that end_of_message() decided about, where the decision changes its body; until
    // settle(), abort() or the next message.
    std::string_view decided_bytes() { return spool_.bytes(); }

    // Whether what end_of_message() decided is what the MTA was told: if not, what was charged is
    // taken back, as it is by abort(), a new message and the end of the session.
    void settle(bool left) noexcept;

    // The MTA's name of the message, told as soon as it is known; "" changes nothing.
    void named(std::string_view queue_id);
    const std::string& queue_id() const { return message_.queue_id; }

    // Forgets the message, keeps the connection.
    void abort() noexcept;

  private:
    std::optional<policy::Refusal> refused(policy::Stage stage);
    std::optional<policy::Refusal> without_place();
    void look_up(policy::Recipient& recipient) const;
    std::optional<policy::Refusal> ended_by(policy::Stage stage,
                                            std::optional<policy::Refusal> refusal);
    std::optional<policy::Decision> decided(const std::function<bool()>& still_there);
    std::optional<policy::Decision> decided_by_policy(const std::function<bool()>& still_there);
    std::optional<policy::Decision> let_through() const;
    void keep(policy::Decision& decision);
    void read_attachments(policy::Facts& facts) const;
    void tell_readings() noexcept;
    void seal_sender();
    void forget_message() noexcept;
    void forget_all_but_bytes() noexcept;
    void notify(const policy::Decision& decision) const;
    void carry_out(policy::Stage stage, const policy::Refusal& refusal) const;
    void carry_out(const policy::Decision& decision) const;
    void tell(const log::MessageRecord& record) const;

    const Surroundings& around_;
    policy::Client client_;
    std::shared_ptr<const policy::Policy> policy_;  // null outside a message
    policy::Message message_;
    std::uint64_t body_bytes_ = 0;  // of a body that is measured, not kept
    policy::Acceptance acceptance_;
    std::vector<limits::Place> places_;  // held until the connection ends
    limits::Receipt receipt_;            // of the message just charged, until it is settled
    std::size_t header_bytes_ = 0;
    bool headers_over_ = false;
    std::chrono::steady_clock::duration spent_{};  // in the policy, over all stages
    policy::Readings readings_;                    // likewise
    Spool spool_;
};

}  // namespace spillway::session
