// A compiled policy: rules and limits in file order, immutable, shared by all messages begun under
// it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <date/tz.h>

#include "limits/counters.h"
#include "mail/address.h"
#include "mail/text.h"
#include "match/map.h"
#include "policy/condition.h"
#include "policy/decision.h"
#include "policy/footer.h"
#include "policy/gates.h"
#include "policy/notice_form.h"
#include "policy/template.h"

namespace spillway::match {
class PatternSets;
}

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
// Of the fields of this name the first gets the value, the others go; nothing where there is none.
struct ReplaceHeaderAction {
    std::string name;
    Template value;
};
// All fields of these names; one that ends in "*" means all names that begin so.
struct RemoveHeaderAction {
    std::vector<std::string> names;
};
// Copies go to these addresses, unseen by the recipients.
struct BccAction {
    std::vector<mail::Address> to;
};
// The message goes to this address and not to its recipients.
struct RedirectAction {
    mail::Address to;
};
struct ArchiveAction {
    std::string archive;  // a name in Policy::archives
};
// Nothing more is sent by the message's user, domain or account for `span`. With `after`, only once
// the rule has matched more often than that.
struct SuspendAction {
    limits::Whom whom = limits::Whom::user;
    std::chrono::milliseconds span{};
    std::optional<limits::Sliding> after;
};
using Action =
    std::variant<RejectAction, DeferAction, DiscardAction, QuarantineAction, AcceptAction,
                 TagAction, AddHeaderAction, ReplaceHeaderAction, RemoveHeaderAction, SuspendAction,
                 FooterAction, BccAction, RedirectAction, ArchiveAction>;
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
    std::string place;  // where it is written: "rules/outbound.rules:12"

    // When all it asks is known, and when it may act: not before an earlier rule that could have
    // let the message go another way (accept, discard, quarantine). Set by arrange().
    Stage known_at = Stage::mail;
    Stage acts_at = Stage::mail;
    bool asks_from = false;  // asked for each author
    // Asked for each address of Sender, Reply-To and Resent, by mail::Origin.
    std::array<bool, origins> asks_origin{};
    bool asks_rcpt = false;     // asked for each recipient
    bool asks_outside = false;  // of maps that are kept elsewhere
};

// Whose sending a limit counts together. user_ip is a user at one client address.
enum class Scope { account, domain, user, client_ip, user_ip, rcpt_domain, everything };
const char* name_of(Scope scope);  // as in the language and in keys: "client-ip"

// Bytes are those of the message, however many it goes to. Connections are held, not charged, and
// logins are charged by the pop3-gate only.
enum class Unit { messages, recipients, unique_recipients, bytes, connections, logins };
const char* name_of(Unit unit);

enum class Period { hour, day, week, month };  // a week begins on Monday
const char* name_of(Period period);
struct PerPeriod {
    std::int64_t count = 0;
    Period period = Period::month;
};
// A maximum for each day from the first on; before it that of the first step, after the last step
// that of the last (limits::unlimited where the policy says so).
struct Ladder {
    std::vector<std::int64_t> steps;  // at least one
    date::local_days from{};
};
struct AtOnce {  // with Unit::connections, and only there
    std::int64_t count = 0;
};
using LimitRate = std::variant<limits::Sliding, PerPeriod, limits::Pacing, Ladder, AtOnce>;

// Refuses the recipients beyond the limit one by one, and the message when all of it came too late.
// Goes with Unit::recipients and conditions that are known with each recipient.
struct PartialAction {
    TemplateReply reply;  // 4xx
};

// Who is told when the use crosses one of the levels.
struct NoticeSetting {
    std::vector<int> levels;  // percent, ascending, different
    bool to_sender = false;   // the login if it is an address, else the envelope sender
    bool to_postmaster = false;
    std::vector<std::string> addresses;
    std::vector<std::string> webhooks;
};

struct Limit {
    std::string name;
    Scope scope = Scope::domain;
    Unit unit = Unit::recipients;
    LimitRate rate;
    std::optional<Condition> when;
    std::optional<Condition> unless;
    std::variant<RejectAction, DeferAction, PartialAction> over;
    limits::WhenUnavailable when_unavailable = limits::WhenUnavailable::local;
    NoticeSetting notice;

    // Set by arrange().
    Stage known_at = Stage::mail;
    bool asks_rcpt = false;
    bool asks_outside = false;
};

// Who mail without a login is charged to: the first of these that it has (see Identity).
enum class Fallback { sender_domain, script, uid, client_ip, received };

// The rules of one account or domain: asked of its own messages only. Their names begin with that
// of the folder and a slash.
struct Folder {
    std::vector<Rule> rules;

    // Asked for by these rules; set by arrange().
    bool needs_attachments = false;
    bool asks_mailing = false;
};

// A folder whose files have mistakes. Either its rules are still those that were in force before,
// or all its mail is deferred.
struct FaultyFolder {
    std::string name;
    bool has_former_rules = false;
};

// Where messages are kept, see vault/.
struct ArchivePlace {
    std::string folder;       // absolute
    std::string certificate;  // a file's name; "": not encrypted
    friend bool operator==(const ArchivePlace&, const ArchivePlace&) = default;
};

struct Policy {
    std::vector<Rule> rules;
    std::map<std::string, Folder, std::less<>> folders;  // by account or domain, see folder_key()
    std::size_t rules_before_folders = 0;                // of `rules`
    std::vector<FaultyFolder> faulty_folders;            // to tell people of
    std::vector<Limit> limits;
    std::shared_ptr<const match::PairMap> accounts;  // login or domain → account; may be null
    const date::time_zone* zone = nullptr;
    std::vector<Fallback> without_login{Fallback::sender_domain, Fallback::script, Fallback::uid,
                                        Fallback::client_ip};
    // The same for local mail (is_local()); empty is as without_login.
    std::vector<Fallback> local_identity;
    std::vector<std::string> abuse_fields;         // that only we write, in lower case
    std::map<std::string, ArchivePlace> archives;  // by name
    NoticeForm notice_form;
    mail::ReadingLimits reading;
    int memos = 0;  // how many numbers Compare::memo uses in `rules` and `limits`
    std::shared_ptr<const match::PatternSets> patterns;  // null: each pattern is asked by itself

    // What the MTA must send and the counters must be asked for this policy, set by arrange().
    bool needs_body = false;
    bool needs_size = false;         // the body's size only
    bool needs_attachments = false;  // what they hold; of `rules` and `limits`
    bool asks_mailing = false;       // likewise
    bool asks_outside = false;       // of maps that are kept elsewhere
    bool needs_abuse_id = false;     // Message::abuse_id
    bool asks_suppression = false;   // of each recipient, by any rule
    bool refuses_at_data = false;
    bool refuses_at_headers = false;
    Gates gates;                                           // of `rules`
    std::vector<std::chrono::milliseconds> mailing_spans;  // that `campaign` asks about, ascending
};

// The stage at which both conditions are known.
Stage known_at(const std::optional<Condition>& when, const std::optional<Condition>& unless);

// True when the rule ends in reject or defer.
bool refuses(const Rule& rule);

// Derives each rule's stages and the policy's needs. The compiler calls it last.
void arrange(Policy& policy);

}  // namespace spillway::policy
