// How rules decide. All functions are pure: the same policy, message and answers give the same
// decision.
//
// The course of a message: at each stage `refusal_at` may end it early; at its end `questions`
// reads the rules and states what the counters must be asked, the session asks them, and `decide`
// concludes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limits/limits.h"
#include "policy/decision.h"
#include "policy/message.h"
#include "policy/policy.h"

namespace spillway::policy {

// Who is charged and spoken of. The domain is the login's, else the envelope sender's; the account
// is what the accounts map says of login or domain, else the domain. Where all are missing the
// client's address stands in ("[192.0.2.7]"), so that none is ever empty.
struct Identity {
    std::string user;
    std::string domain;
    std::string account;
};
Identity identify(const Policy& policy, const Message& message);

// A refusal before the end of the message: of the message, or (Stage::recipient) of the last
// recipient alone. Never for mail that came through sendmail(1): Postfix keeps such a message in
// maildrop and tries it forever when one recipient is refused (MILTER_README).
struct Refusal {
    Verdict verdict;  // Reject or Defer
    std::string decided_by;
};
std::optional<Refusal> refusal_at(Stage stage, const Policy& policy, const Message& message);

// What all rules together said, and what is to be asked of the counters. No charges when a rule
// refused or discarded the message.
struct Questions {
    Decision so_far;
    std::vector<limits::Charge> charges;
    std::vector<const Limit*> asked;  // the limit of each charge; owned by the policy
};
Questions questions(const Policy& policy, const Message& message);

// `answers` has one answer for each of questions.charges. A silent counter may defer the message
// but never hides a refusal.
Decision decide(const Policy& policy, const Message& message, Questions questions,
                const limits::Answers& answers);

}  // namespace spillway::policy
