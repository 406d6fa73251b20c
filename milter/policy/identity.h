// Who sends a message, and what a limit counts it under.
//
// The case of logins and local parts makes no second customer: everything counted is lower-case.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/evaluate.h"

namespace spillway::policy {

// The field in which the mail server tells who called sendmail(1), see postfix-examples. Only the
// first one of a local submission is believed; like all our fields it is removed.
inline constexpr std::string_view uid_field = "X-Spillway-Uid";
// What PHP adds with mail.add_x_header: "uid:file" of the script's owner, believed likewise.
inline constexpr std::string_view script_field = "X-PHP-Originating-Script";
// The same of older PHP, "www.a.example/form.php for 192.0.2.7": the visitor is no part of it.
inline constexpr std::string_view old_script_field = "X-PHP-Script";

// Mail that this machine's own programs send without a login: by sendmail(1), and, where the policy
// has an order for local mail, by SMTP from a loopback address.
bool is_local(const Policy& policy, const Message& message);

// What the accounts map says of a login ("" for none), else of a domain, else the domain itself.
std::string account_of(const Policy& policy, const std::string& user, const std::string& domain);

// True when who is charged may show in the header only: then nothing is decided before it is known.
bool identity_needs_headers(const Policy& policy, const Message& message);

// Under what a limit of some scope counts, and the account that belongs to it, so that one key
// always has one account. Scopes that no account owns are their own root. `plans` are scope and
// value of the plans that go before the limit's own rate, the closest first.
struct Counted {
    std::string value;  // never empty
    std::string account;
    std::vector<std::pair<std::string, std::string>> plans;
};

// Of any scope but rcpt_domain.
Counted counted_by(Scope scope, const Policy& policy, const Identity& identity,
                   const Message& message);
// Of Scope::rcpt_domain.
Counted counted_to(const mail::Address& recipient);

// "<limit>:<scope>:<value>" for each.
std::vector<std::string> plan_names(const std::string& limit, const Counted& who);

}  // namespace spillway::policy
