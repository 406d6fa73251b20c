// What is known of one message while its rules are read: computed when first asked, then kept.
// One message, one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "match/pattern_set.h"
#include "policy/contents.h"
#include "policy/evaluate.h"
#include "policy/folders.h"
#include "policy/readings.h"

namespace spillway::policy {

class Facts {
  public:
    Facts(const Policy& policy, const Message& message);
    Facts(const Facts&) = delete;  // scans know texts by their place
    Facts& operator=(const Facts&) = delete;

    const Policy& policy() const { return policy_; }
    const Message& message() const { return message_; }
    const Identity& identity() const { return identity_; }
    // That may decide on this message, in their order.
    RulesInOrder rules() const { return rules_of(policy_, folders_); }
    // Whether something is asked for by the operator's rules and limits or by those rules.
    bool asks(bool Policy::*of_policy, bool Folder::*of_folder) const;
    // The answer to Compare::memo, once it was given.
    std::optional<match::Match>& memo(int number);
    // Of one of the operator's rules, in Policy::rules; none for those of folders, which are not
    // measured.
    std::optional<std::size_t> number_of(const Rule& rule) const {
        const Rule* const first = policy_.rules.data();
        const bool known =
            !std::less<>{}(&rule, first) && std::less<>{}(&rule, first + policy_.rules.size());
        return known ? std::optional(static_cast<std::size_t>(&rule - first)) : std::nullopt;
    }
    const std::vector<mail::Address>& authors();
    const std::vector<mail::Address>& originators(mail::Origin origin);
    // What display names and comments of From show besides its own addresses.
    const std::vector<mail::Address>& shown_besides();
    // Decoded values of all fields of this name, with `folded` as Contents::values has them.
    const std::vector<std::string>& header_values(const std::string& name, bool folded = false);
    // As rules see them, and always at the same place.
    const std::string& text_of(const mail::Address& address);
    const std::string& client_ip();  // which must be known

    Contents contents;
    // Why the last condition that could not tell could not, in a few words of ours.
    std::string doubt;
    std::map<int, std::string> doubts;  // of memos

    // Ask also rules that cannot match (see gates.h), so that all are reported.
    bool report_all = false;

    // What maps outside of the policy were not asked yet, though a condition needs it.
    std::vector<match::Question> unanswered;
    bool gathering = false;  // reading rules for these only, so tags are not known

    std::set<std::string> tags;
    std::vector<std::string> finds;          // see RuleReport; of the conditions asked, in order
    std::optional<limits::Mailing> mailing;  // once mailing_of() was asked
    MailingSizes mailing_sizes;
    match::Budget budget;  // of all patterns together
    match::Scans scans;
    Readings readings;  // those of earlier stages are handed in before the rules are asked

    // Since this was made, in what all rules share.
    std::chrono::nanoseconds shared_time() const { return contents.spent() + scans.spent(); }
    // With what was shared; at the end.
    Readings take_readings();

  private:
    const Policy& policy_;
    const Message& message_;
    std::vector<std::optional<match::Match>> memos_;
    std::map<int, std::optional<match::Match>> memos_of_folders_;  // few of very many
    Identity identity_;
    FoldersOfMessage folders_;
    std::optional<std::vector<mail::Address>> authors_;
    std::array<std::optional<std::vector<mail::Address>>, origins> originators_;
    std::optional<std::vector<mail::Address>> shown_besides_;
    std::map<std::pair<std::string, bool>, std::vector<std::string>> header_values_;
    std::map<const mail::Address*, std::string> addresses_;
    std::optional<std::string> client_ip_;
};

// The author, the recipient and the other originators (by mail::Origin) a condition is asked for;
// null where it asks for none.
struct Binding {
    const mail::Address* author = nullptr;
    const mail::Address* recipient = nullptr;
    std::array<const mail::Address*, origins> originators{};
};

match::Match holds(const Condition& condition, Facts& facts, const Binding& binding);

// `when` and not `unless`, for one binding.
match::Match applies(const std::optional<Condition>& when, const std::optional<Condition>& unless,
                     Facts& facts, const Binding& binding);

}  // namespace spillway::policy
