// Conditions as values: what a rule asks of a message.
//
// A condition is yes, no or cannot-tell; `not` leaves cannot-tell as it is. Conditions that look at
// `from` or `rcpt` without `any` or `all` are asked for each author and each recipient by itself:
// the rule fires when it holds for one of them (see evaluate.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "match/map.h"
#include "match/pattern.h"
#include "match/sought.h"
#include "policy/window.h"

namespace spillway::policy {

// The moment of the SMTP conversation at which a thing is known.
enum class Stage { mail, recipient, data, headers, message };
const char* name_of(Stage stage);

enum class Field {
    user,
    domain,
    account,
    client_ip,
    mail_from,
    mail_from_domain,
    from,
    from_domain,
    rcpt,
    rcpt_domain,
    subject,
    header,
    text,
    hidden,
    any_text,
    html,
    raw,
    links,
    attachment_name,
    attachment_type,
    attachment_text,
    inner_name,  // of what attachments hold
    inner_type,
};
bool is_content(Field field);    // text and all that follow it
bool is_author(Field field);     // from, from.domain
bool is_recipient(Field field);  // rcpt, rcpt.domain
enum class Quantity { recipients, size, attachment_count, attachment_size };
enum class Order { less, less_or_equal, equal, not_equal, greater_or_equal, greater };
enum class Quantifier { each, any, all };

// What a value is held against.
struct InSet {
    std::shared_ptr<const match::ValueSet> set;
};
struct InNetworks {
    std::shared_ptr<const match::NetworkSet> networks;
};
// The values that belong to the message's user, domain or account in a pair map.
struct InPairs {
    std::shared_ptr<const match::PairMap> map;
    Field key = Field::account;
};
// A pattern found at least once, or as often as `order` and `count` say.
struct Matches {
    match::Pattern pattern;
    Order order = Order::greater_or_equal;
    std::int64_t count = 1;
    match::Seat seat{};
};
// As much of it as `order` and `amount` say: occurrences, different values or their weight.
struct Seeks {
    match::Sought sought;
    std::string name;  // of the words or the identifier; "expression" or "phrase" without one
    Order order = Order::greater_or_equal;
    std::int64_t amount = 1;
    match::Seat seat{};  // of an expression or a phrase
};
struct Equals {
    std::string value;  // without regard to case
};
struct Exists {};
using Test = std::variant<InSet, InNetworks, InPairs, Matches, Seeks, Equals, Exists>;

struct Compare {
    Field field;
    std::string header_name;  // for Field::header
    Quantifier quantifier = Quantifier::each;
    Test test;
    bool negated = false;  // "!=": asked of each value, so that any and all keep their meaning
    int memo = -1;         // a number of its own when the answer is the same for the whole message
    bool folded = false;   // text is compared without case, accents and disguise
};
struct CompareNumber {
    Quantity quantity;
    Order order;
    std::int64_t value;
};
struct Authenticated {};
struct OverTls {};  // the client sent the message over TLS
// What is true of the message's contents as a whole.
struct OfContents {
    enum class Is { unreadable, encrypted, truncated };
    Is is;
};
struct Tagged {
    std::string tag;
};
// To how many different recipients this text has gone within `span`, this message's included; the
// answer to the question that evaluate.h states. Known at the end of the message.
struct MailingSize {
    Order order;
    std::int64_t value;
    std::chrono::milliseconds span;
};
struct InWindow {
    std::shared_ptr<const Window> window;
};

struct Condition;
struct And {
    std::vector<Condition> parts;
};
struct Or {
    std::vector<Condition> parts;
};
struct Not {
    std::unique_ptr<Condition> part;
};

struct Condition {
    std::variant<And, Or, Not, Compare, CompareNumber, Authenticated, Tagged, InWindow, MailingSize,
                 OfContents, OverTls>
        is;
};

}  // namespace spillway::policy
