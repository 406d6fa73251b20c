// What is known of one message while its rules are read: computed when first asked, then kept.
// One message, one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "match/pattern.h"
#include "policy/contents.h"
#include "policy/evaluate.h"

namespace spillway::policy {

class Facts {
  public:
    Facts(const Policy& policy, const Message& message);

    const Policy& policy() const { return policy_; }
    const Message& message() const { return message_; }
    const Identity& identity() const { return identity_; }
    const std::vector<mail::Address>& authors();
    // Decoded values of all fields of this name.
    const std::vector<std::string>& header_values(const std::string& name);

    Contents contents;
    // Why the last condition that could not tell could not, in a few words of ours.
    std::string doubt;
    std::map<int, std::string> doubts;  // of memos

    std::set<std::string> tags;
    std::vector<std::string> finds;          // see RuleReport; of the conditions asked, in order
    std::optional<limits::Mailing> mailing;  // once mailing_of() was asked
    MailingSizes mailing_sizes;
    std::vector<std::optional<match::Match>> memos;
    match::Budget budget;  // of all patterns together

  private:
    const Policy& policy_;
    const Message& message_;
    Identity identity_;
    std::optional<std::vector<mail::Address>> authors_;
    std::map<std::string, std::vector<std::string>> header_values_;
};

// The author and the recipient a condition is asked for; null where it asks for neither.
struct Binding {
    const mail::Address* author = nullptr;
    const mail::Address* recipient = nullptr;
};

match::Match holds(const Condition& condition, Facts& facts, const Binding& binding);

// `when` and not `unless`, for one binding.
match::Match applies(const std::optional<Condition>& when, const std::optional<Condition>& unless,
                     Facts& facts, const Binding& binding);

}  // namespace spillway::policy
