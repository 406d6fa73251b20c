// A compiled policy: rules and limits in file order, immutable, shared by all messages begun under
// it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <date/tz.h>

#include "limits/limits.h"
#include "mail/text.h"
#include "match/map.h"
#include "policy/condition.h"
#include "policy/decision.h"
#include "policy/template.h"

namespace spillway::policy {

struct TemplateReply {
    int code;
    std::string enhanced;
    Template text;
};

// Terminal actions end the reading of the rules; the others add up.
struct RejectAction {
    TemplateReply reply;
};
struct DeferAction {
    TemplateReply reply;
};
struct DiscardAction {};
struct QuarantineAction {
    Template reason;
};
struct AcceptAction {};
struct TagAction {
    std::string tag;
};
struct AddHeaderAction {
    std::string name;
    Template value;
};
struct RemoveHeaderAction {
    std::string name;
};
using Action = std::variant<RejectAction, DeferAction, DiscardAction, QuarantineAction,
                            AcceptAction, TagAction, AddHeaderAction, RemoveHeaderAction>;
bool is_terminal(const Action& action);

// What a rule does when it cannot tell whether it matches.
enum class OnError { match, no_match, defer, quarantine };

struct Rule {
    std::string name;
    Mode mode = Mode::enforce;
    std::optional<Condition> when;    // none: always
    std::optional<Condition> unless;  // none: never
    std::vector<Action> actions;      // at least one; a terminal one is the last
    OnError on_error = OnError::defer;

    // When all it asks is known, and when it may act: not before an earlier rule that could have
    // let the message go another way (accept, discard, quarantine). Set by arrange().
    Stage known_at = Stage::mail;
    Stage acts_at = Stage::mail;
    bool asks_from = false;  // asked for each author
    bool asks_rcpt = false;  // asked for each recipient
};

enum class Scope { account, domain, user };
enum class Unit { messages, recipients };

struct Limit {
    std::string name;
    Scope scope = Scope::domain;
    Unit unit = Unit::recipients;
    limits::Rate rate;
    std::optional<Condition> when;
    std::optional<Condition> unless;
    std::variant<RejectAction, DeferAction> over;
    limits::WhenUnavailable when_unavailable = limits::WhenUnavailable::local;
};

struct Policy {
    std::vector<Rule> rules;
    std::vector<Limit> limits;
    std::shared_ptr<const match::PairMap> accounts;  // login or domain → account; may be null
    const date::time_zone* zone = nullptr;
    mail::ReadingLimits reading;
    int memos = 0;  // how many numbers Compare::memo uses

    // What the MTA must send for this policy, set by arrange().
    bool needs_body = false;
    bool refuses_at_data = false;
    bool refuses_at_headers = false;
};

// True when the rule ends in reject or defer.
bool refuses(const Rule& rule);

// Derives each rule's stages and the policy's needs. The compiler calls it once, last.
void arrange(Policy& policy);

}  // namespace spillway::policy
