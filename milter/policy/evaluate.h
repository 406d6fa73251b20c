// How rules decide. All functions are pure: the same policy, message and answers give the same
// decision.
//
// The course of a message: at each stage `refusal_at` may end it early; at its end `questions`
// reads the rules and states what the counters must be asked, the session asks them, and `decide`
// concludes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limits/counters.h"
#include "policy/decision.h"
#include "policy/message.h"
#include "policy/policy.h"

namespace spillway::mail {
struct Attachments;
}

namespace spillway::policy {

class Facts;  // what is known of one message (facts.h): made once for all questions at its end

// Who is charged and spoken of. The domain is the login's. Mail without a login, or with one that
// has no domain, is its sender's by what Policy::without_login finds first: the envelope sender's
// domain, the script ("script 33:mailer.php") or the uid ("uid 33") it was submitted by, the
// client's address ("[192.0.2.7]"). The account is what the accounts map says of login or domain,
// else the domain. So domain and account are never empty, and no two senders without a name share
// one.
struct Identity {
    std::string user;  // the login; "" without one
    std::string domain;
    std::string account;
    std::string counted_user;  // whom limits of scope user count; never empty
};
Identity identify(const Policy& policy, const Message& message);

// A refusal before the end of the message: of the message, or (Stage::recipient) of the last
// recipient alone. Never for mail that came through sendmail(1): Postfix keeps such a message in
// maildrop and tries it forever when one recipient is refused (MILTER_README).
struct Refusal {
    Verdict verdict;  // Reject or Defer
    std::string decided_by;
    std::vector<SuspendOrder> suspend{};
};
std::optional<Refusal> refusal_at(Stage stage, Facts& facts);
std::optional<Refusal> refusal_at(Stage stage, const Policy& policy, const Message& message);

// What must be known before the rules can be read: null unless a rule asks what attachments hold
// and there are some. The answer goes to facts.contents.know(); without it the rule cannot tell.
const mail::Attachments* attachments_to_read(Facts& facts);

// What must be known as well: nullopt unless a rule asks for the size of a
// mailing. Its spans are Policy::mailing_spans.
std::optional<limits::Mailing> mailing_of(Facts& facts);
// One for each of Policy::mailing_spans; nullopt when the store could not be asked, and then the
// conditions cannot tell.
using MailingSizes = std::optional<std::vector<std::int64_t>>;

// What all rules together said, and what is to be asked of the counters. `call` is empty when a
// rule refused or discarded the message, and then nothing is to be asked.
struct Questions {
    Decision so_far;
    std::optional<limits::Call> call;
    std::vector<const Limit*> asked;  // the limit of each charge; owned by the policy
};
Questions questions(Facts& facts, const MailingSizes& sizes = {});

struct AskedCharge {
    const Limit* limit = nullptr;  // owned by the policy
    limits::Charge charge;
};

// The limits that accept in part and count the last recipient, to be asked how they stand; none for
// mail that came through sendmail(1).
std::vector<AskedCharge> partial_limits(const Policy& policy, const Message& message);
// Whether the last recipient fits as well, `accepted` ones of this message being counted already.
std::optional<Refusal> refusal_beyond(const AskedCharge& asked, const limits::Standing& standing,
                                      std::int64_t accepted, const Policy& policy,
                                      const Message& message);

// The places that a connection of this sender must hold, asked once it is known who sends. `holder`
// is left to the session.
struct AskedPlace {
    const Limit* limit = nullptr;  // owned by the policy
    limits::Place place;
};
std::vector<AskedPlace> places_of(const Policy& policy, const Message& message);
std::optional<Refusal> refusal_without_place(const AskedPlace& asked, const limits::Answer& answer,
                                             const Policy& policy, const Message& message);

// Every limit on mail or logins as it would be charged by this message, whatever its conditions
// say: for `spillwayctl explain`.
std::vector<AskedCharge> charges_of_sender(const Policy& policy, const Message& message);

// `outcome` answers questions.call; without a call it is not looked at. A silent counter may defer
// the message but never hides a refusal.
Decision decide(const Policy& policy, const Message& message, Questions questions,
                const limits::Outcome& outcome);

// A name for the message that is the same at each try to send it and different for other messages:
// a hash of sender, recipients, the fields that identify it and the beginning of its body. Made by
// whoever sends, so it says nothing about who it is.
std::string name_of_try(const Message& message);

}  // namespace spillway::policy
