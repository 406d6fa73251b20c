#include "policy/suspend.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/identity.h"
#include "policy/lower.h"

namespace spillway::policy {
namespace {

using limits::Suspect;
using limits::Whom;

const char* scope_of(Whom whom) {
    if (whom == Whom::user) return name_of(Scope::user);
    return name_of(whom == Whom::domain ? Scope::domain : Scope::account);
}

// Counted without regard to where Redis is: an offence that cannot be counted suspends nobody.
limits::Charge strike_of(const Rule& rule, const limits::Sliding& after, const Suspect& suspect) {
    limits::Charge strike;
    strike.limit = "strikes/" + rule.name;
    strike.key = fmt::format("{}:{}:{}", strike.limit, scope_of(suspect.whom), suspect.who);
    strike.account = suspect.account;
    strike.rate = after;
    return strike;
}

std::optional<SuspendOrder> order_of(const Rule& rule, const SuspendAction& action,
                                     const std::vector<Suspect>& suspects, limits::Time now) {
    const auto meant = std::ranges::find(suspects, action.whom, &Suspect::whom);
    if (meant == suspects.end()) return std::nullopt;
    SuspendOrder order{{*meant, now + action.span, "rule " + rule.name}, std::nullopt};
    if (action.after) order.strike = strike_of(rule, *action.after, *meant);
    return order;
}

}  // namespace

std::vector<Suspect> suspects_of(const Policy& policy, const Identity& identity) {
    const std::string account = lower(identity.account);
    const std::string owner = lower(account_of(policy, "", identity.domain));
    std::vector<Suspect> suspects{{owner, Whom::domain, lower(identity.domain)},
                                  {account, Whom::account, account}};
    if (!identity.user.empty()) suspects.push_back({account, Whom::user, lower(identity.user)});
    return suspects;
}

std::vector<SuspendOrder> orders_of(const Rule& rule, const Policy& policy,
                                    const Identity& identity, limits::Time now) {
    std::vector<SuspendOrder> orders;
    const std::vector<Suspect> suspects = suspects_of(policy, identity);
    for (const Action& action : rule.actions) {
        const auto* suspend = std::get_if<SuspendAction>(&action);
        if (suspend == nullptr) continue;
        auto order = order_of(rule, *suspend, suspects, now);
        if (order) orders.push_back(*std::move(order));
    }
    return orders;
}

}  // namespace spillway::policy
