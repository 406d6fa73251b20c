// What is to happen to a message, and why. Carried out by mta/, told by log/ and ctl/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "limits/counters.h"
#include "mail/edit.h"
#include "match/pattern.h"

namespace spillway::policy {

// An SMTP reply (RFC 5321 section 4.2, RFC 3463): code and enhanced code are of one class.
struct Reply {
    int code = 550;
    std::string enhanced = "5.7.1";
    std::string text;  // printable ASCII, one line, not yet escaped for libmilter
};

struct Accept {};
struct Quarantine {
    std::string reason;
};
struct Reject {
    Reply reply;
};
struct Defer {
    Reply reply;
};
struct Discard {};
using Verdict = std::variant<Accept, Quarantine, Reject, Defer, Discard>;

// "accept", "quarantine", "reject", "defer" or "discard": the word used in logs, metrics and JSON.
const char* name_of(const Verdict& verdict);

// True of a message that goes on its way or is held, and so is charged.
bool may_leave(const Verdict& verdict);

struct AddHeader {
    std::string name;
    std::string value;  // no CR; a blank behind each LF, where it is folded
};
// Changes the first field of this name, where it stands.
struct ReplaceHeader {
    std::string name;
    std::string value;  // likewise
};
// Removes the nth field of this name, counted from 1, as the MTA counts them.
struct RemoveHeader {
    std::string name;
    int nth = 1;
};
// Of the envelope. Nobody is told whether a silent copy arrived.
struct AddRecipient {
    std::string address;
    bool silent = false;
};
struct RemoveRecipient {
    std::string argument;  // as the client wrote it in RCPT
};
using Edit = std::variant<AddHeader, ReplaceHeader, RemoveHeader, AddRecipient, RemoveRecipient>;

enum class Mode { enforce, audit, off };
const char* name_of(Mode mode);  // as in the language

// What one rule said, for `spillwayctl test` and the log.
struct RuleReport {
    std::string rule;
    match::Match matched = match::Match::no;
    Mode mode = Mode::enforce;
    std::string note;  // why it could not tell; which address or recipient it fired on
    // Of a rule that matched: what was found, each the name of what was looked for and its first
    // occurrence, masked: "card-number 41…11".
    std::vector<std::string> finds{};
};

// What became of a footer that a rule asked for; `present` where the message has it already.
enum class FooterFate { inserted, attached, present, skipped, refused };
const char* name_of(FooterFate fate);

struct FooterReport {
    std::string footer;
    FooterFate fate = FooterFate::inserted;
    std::string note;  // into which parts, or why not into the text
};

struct LimitReport {
    std::string limit;
    std::string key;
    std::int64_t cost = 0;  // of distinct recipients: how many there are, counted before or not
    limits::Answer answer;
};

// What a rule's `suspend` wants done, whatever becomes of the message.
struct SuspendOrder {
    limits::Suspension suspension;
    std::optional<limits::Charge> strike;  // suspended only when this charge does not fit
};

struct Decision {
    Verdict verdict;
    std::string decided_by;   // "rule NAME", "limit NAME" or "" when nothing objected
    std::vector<Edit> edits;  // of one name from the highest number down; added fields last
    std::optional<mail::BodyEdit> body;  // of the message the decision is about
    std::vector<FooterReport> footers;   // in the order they were asked for, each once
    std::vector<std::string> tags;
    std::vector<RuleReport> rules;  // every rule consulted, in order, if not one that is no at once
    std::vector<LimitReport> limits;  // every limit asked, in order
    std::vector<SuspendOrder> suspend;
    // Beside the recipients, or instead of them; carried out by edits.
    std::vector<std::string> copies;
    std::vector<std::string> redirected_to;
    std::vector<std::string> archives;  // their names, each once; kept before the message leaves
    std::vector<std::string> archived;  // "NAME NUMBER HASH" of what was kept, for the log
    std::optional<std::int64_t> mailing_size;  // of the longest span, when it was asked for
};

}  // namespace spillway::policy
