// What a message asks of the counters and what they answer: the interface of all stores.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limits/limits.h"

namespace spillway::limits {

// One text and whom it is sent to (match/fingerprint.h). Texts of one account that share most
// features are one mailing.
struct Mailing {
    std::string account;
    std::vector<std::uint64_t> features;
    std::vector<std::string> recipients;             // different ones
    std::vector<std::chrono::milliseconds> spans{};  // that are asked about, ascending
};

// Who is not to send for a while.
enum class Whom { user, domain, account };
struct Suspect {
    std::string account;
    Whom whom = Whom::user;
    std::string who;  // lower-case
    friend bool operator==(const Suspect&, const Suspect&) = default;
};
struct Suspension {
    Suspect suspect;
    Time until{};
    std::string reason;  // for the sender too: a rule's name or an operator's words
    friend bool operator==(const Suspension&, const Suspension&) = default;
};

// All that one message asks at its end.
struct Call {
    std::vector<Charge> charges;
    std::optional<Mailing> mailing;  // recorded when, and only when, all charges are granted
    std::vector<Suspect> senders;    // nothing is charged when one of them is suspended
    // The same for each try to send the same message, so that a try whose answer the mail server
    // never got is taken back before the next is charged; "" for none.
    std::string message;
};

// What a granted call has charged, to be settled once it is known whether the message left.
struct Receipt {
    std::string token;  // "" when nothing was charged, or the call is of no message
    Call call;          // as much of it as its store needs: of no use to others
};

struct Outcome {
    Answers answers;  // of each charge; all NotAsked when suspended
    std::optional<Suspension> suspended;
    Receipt receipt;
};

// How a limit stands for one customer, without charging anything.
struct Standing {
    std::int64_t used = 0;
    std::int64_t max = unlimited;
    std::string plan;               // see Granted
    std::optional<Time> next_free;  // when the charge's cost fits; none when it never does
    std::optional<Time> frees;      // when the next of what is used leaves; none when nothing is
};

// A place that is held for as long as a connection lasts.
struct Place {
    std::string limit;
    std::string key;
    std::string account;
    std::int64_t most = 1;
    WhenUnavailable when_unavailable = WhenUnavailable::local;
    std::vector<std::string> plans{};
    std::string holder;  // of this connection, on all machines
};

// The use of one key, for operators.
struct Use {
    std::string key;
    std::int64_t used = 0;
    std::string account{};  // where its plans are
};

// Where the counts are: in this process or in Redis. All functions may be called from any thread.
// Those a message waits for never throw and keep a deadline; the others are for operators and throw
// std::runtime_error when the store cannot be asked.
//
// A charge lives in three steps: charge() counts it, the mail server gets its answer, settle() says
// how it went. A process that dies between the first and the last leaves the receipt open, and the
// next try of the same message takes it back (a try that is `unanswered_after` old: one that is
// younger may be another message of the same text, on its way at the same time).
class Counters {
  public:
    static constexpr std::chrono::seconds unanswered_after{5};
    // No client tries again later than that, so open receipts are forgotten.
    static constexpr std::chrono::hours open_receipts_kept{6};

    virtual ~Counters() = default;

    // Charges all or none, in one step that no other call comes between. `now` is used by stores
    // without a clock of their own. When memory runs out all answers are Unavailable.
    virtual Outcome charge(const Call& call, Time now) noexcept = 0;

    // The message has left (or is held): the charge stands. Or it has not: it is taken back, from
    // the slice or period it was counted in. Never waits for a network. Without a token nothing is
    // done; a receipt is settled once.
    virtual void settle(const Receipt& receipt, bool left, Time now) noexcept = 0;

    // nullopt where the store could not be asked.
    virtual std::vector<std::optional<Standing>> peek(const std::vector<Charge>& charges,
                                                      Time now) noexcept = 0;

    // For each span of the mailing to how many different recipients its text goes, those of this
    // message included; none of it is recorded. Exact up to 1,000, then within 5 %. nullopt when
    // the store could not be asked.
    virtual std::optional<std::vector<std::int64_t>> mailing_sizes(const Mailing& mailing,
                                                                   Time now) noexcept = 0;

    // Granted (also when it is held already) or Exceeded or Unavailable. A place whose process died
    // is free after a minute.
    virtual Answer hold(const Place& place, Time now) noexcept = 0;
    virtual void release(const Place& place) noexcept = 0;

    // Replaces what there was of the same suspect. Where the store is silent it holds in this
    // process at once and everywhere when the store is back.
    virtual void suspend(const Suspension& suspension, Time now) noexcept = 0;
    virtual bool unsuspend(const Suspect& suspect) = 0;  // false when there was nothing
    virtual std::vector<Suspension> suspensions(Time now) = 0;

    virtual void set_plan(const Plan& plan) = 0;
    virtual bool unset_plan(
        const Plan& plan) = 0;  // by account and name; false when there was none
    // Of all accounts, or of one; sorted by name.
    virtual std::vector<Plan> plans(const std::optional<std::string>& account) = 0;

    // Current use of keys that begin with `prefix`, sorted by key, at most `most`. Keys are as they
    // are kept, see Charge; a prefix or key with a longer value is shortened alike.
    virtual std::vector<Use> list(const std::string& prefix, std::size_t most, Time now) = 0;
    // The same, those with the highest use first.
    virtual std::vector<Use> most_used(const std::string& prefix, std::size_t most, Time now) = 0;

    // Forgets one key; false when there was none.
    virtual bool reset(const std::string& key) = 0;

    // One line for `spillwayctl status`: kind, place, health.
    virtual std::string describe() const = 0;
};

}  // namespace spillway::limits
