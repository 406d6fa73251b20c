// Conditions as values: what a rule asks of a message.
//
// A condition is yes, no or cannot-tell; `not` leaves cannot-tell as it is. Conditions that look at
// `from` or `rcpt` without `any` or `all` are asked for each author and each recipient by itself:
// the rule fires when it holds for one of them (see evaluate.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mail/address.h"
#include "match/map.h"
#include "match/outside.h"
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
    sender,
    sender_domain,
    reply_to,
    reply_to_domain,
    resent_from,
    resent_from_domain,
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
bool is_content(Field field);     // text and all that follow it
bool is_author(Field field);      // from, from.domain
bool is_originator(Field field);  // sender to resent-from.domain
bool is_recipient(Field field);   // rcpt, rcpt.domain
bool is_asked_each(Field field);  // any of these three
bool is_domain(Field field);      // of an address, that is: not Field::domain
// Of one for which is_originator().
mail::Origin origin_of(Field field);
inline constexpr std::size_t origins = 3;
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
// A set that is kept outside of the policy.
struct InOutside {
    std::shared_ptr<const match::OutsideMap> map;
};
using Pairs =
    std::variant<std::shared_ptr<const match::PairMap>, std::shared_ptr<const match::OutsideMap>>;
// The values that belong to the message's user, domain or account in a map of pairs; with
// `acting_for` also those that belong to the names which that map gives to it.
struct InPairs {
    Pairs map;
    Field key = Field::account;
    std::optional<Pairs> acting_for{};
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
using Test = std::variant<InSet, InOutside, InNetworks, InPairs, Matches, Seeks, Equals, Exists>;

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
// A display name or a comment in From shows an address that From is not of.
struct MisleadingFrom {};
// The recipient is on the list of those who are written to no more: asked for each recipient by
// itself, and for the sender's account and domain.
struct OnSuppressionList {};
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
                 OfContents, OverTls, MisleadingFrom, OnSuppressionList>
        is;
};

}  // namespace spillway::policy
