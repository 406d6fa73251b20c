// Whom an operator means, and what limits make of it: the plans he is counted under, and where they
// are kept.
//
// The counterpart of identity.h: that tells from a message what is counted, this from an operator's
// words. Both go by counted_by(), so that what is set here is what the next message meets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "limits/counters.h"
#include "policy/evaluate.h"

namespace spillway::policy {

// One customer of a scope. The value is as keys have it: lower-case, domains as A-labels, "all" for
// Scope::everything. Never Scope::user_ip, whose plans are the user's.
struct Who {
    Scope scope = Scope::domain;
    std::string value;
    friend bool operator==(const Who&, const Who&) = default;
};

// A scope and its value ("user ann@x.example", "domain uid 33", "everything"), or one word that
// shows what it is: with "@" a user, an IP address a client, a name with dots a domain. The mistake
// is a phrase that says what to write instead.
tl::expected<Who, std::string> parse_who(std::string_view words);

// "domain x.example"; "everything".
std::string in_words(const Who& who);

// Whose plan a name ("<limit>:<scope>:<value>") is; nullopt when it is none.
std::optional<Who> who_of_plan(std::string_view name);

// The accounts under which mail of these is charged by a limit of this scope. Usually one: a domain
// has several where the accounts map gives single logins of it to others. The mistake is that of a
// login that shows no domain and is in no map: each message's envelope sender decides about him.
tl::expected<std::vector<std::string>, std::string> accounts_of(const Policy& policy, Scope scope,
                                                                const Who& who);

// The plans to be set so that the limit has this maximum for these, the same in each account. The
// mistake says why it would have no effect.
tl::expected<std::vector<limits::Plan>, std::string> plans_for(const Policy& policy,
                                                               const Limit& limit, const Who& who,
                                                               std::int64_t max);

// Whom a suspension means. The mistake: neither user, domain nor account, or as accounts_of.
tl::expected<limits::Suspect, std::string> suspect_of(const Policy& policy, const Who& who);
std::string in_words(const limits::Suspect& suspect);  // "user ann@x.example"

// The charge by which a counter can be asked how it stands. Nothing when the policy counts nothing
// under this key, or (connections) holds it. Domains of users without one are unknown, and so are
// their plans.
std::optional<AskedCharge> charge_of_key(const Policy& policy, const std::string& key,
                                         const std::string& account, limits::Time now);

}  // namespace spillway::policy
