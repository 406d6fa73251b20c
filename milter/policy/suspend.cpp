#include "policy/suspend.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/identity.h"
#include "policy/lower.h"
#include "policy/words.h"

namespace spillway::policy {
namespace {

using limits::Suspect;
using limits::Whom;

// Counted without regard to where Redis is: an offence that cannot be counted suspends nobody.
limits::Charge strike_of(const Rule& rule, const limits::Sliding& after, const Suspect& suspect) {
    limits::Charge strike;
    strike.limit = strikes_of(rule);
    strike.key = fmt::format("{}:{}:{}", strike.limit, name_of(suspect.whom), suspect.who);
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

// A strike stands whatever becomes of the message, so nothing is left to settle.
bool strikes_out(const limits::Charge& strike, limits::Counters& counters, limits::Time now) {
    limits::Call call;
    call.charges.push_back(strike);
    const limits::Outcome outcome = counters.charge(call, now);
    return std::holds_alternative<limits::Exceeded>(outcome.answers.at(0));
}

}  // namespace

std::string strikes_of(const Rule& rule) { return "strikes/" + rule.name; }

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
    const auto suspends = [](const Action& action) {
        return std::holds_alternative<SuspendAction>(action);
    };
    if (std::ranges::none_of(rule.actions, suspends)) return orders;
    const std::vector<Suspect> suspects = suspects_of(policy, identity);
    for (const Action& action : rule.actions) {
        const auto* suspend = std::get_if<SuspendAction>(&action);
        if (suspend == nullptr) continue;
        auto order = order_of(rule, *suspend, suspects, now);
        if (order) orders.push_back(*std::move(order));
    }
    return orders;
}

std::vector<limits::Suspension> carry_out(const std::vector<SuspendOrder>& orders,
                                          limits::Counters& counters, limits::Time now) {
    std::vector<limits::Suspension> suspended;
    for (const SuspendOrder& order : orders) {
        if (order.strike && !strikes_out(*order.strike, counters, now)) continue;
        counters.suspend(order.suspension, now);
        suspended.push_back(order.suspension);
    }
    return suspended;
}

}  // namespace spillway::policy
