// limit-set, limit-unset and limits: maxima that are sold to single customers.
#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "language/values.h"
#include "policy/words.h"

namespace spillway::daemon {

using limits::Plan;
using nlohmann::json;

namespace {

// As the policy's own rate would be written: sizes where bytes are counted.
std::int64_t max_in(const json& request, const policy::Limit& limit) {
    const auto text = request.at("max").get<std::string>();
    if (text == "unlimited") return limits::unlimited;
    return value_or_throw(limit.unit == policy::Unit::bytes ? language::parse_size(text)
                                                            : language::parse_number(text));
}

std::optional<std::int64_t> max_before(limits::Counters& counters, const Plan& plan) {
    for (const Plan& kept : counters.plans(plan.account))
        if (kept.name == plan.name) return kept.max;
    return std::nullopt;
}

// Each for one customer: a plan in several accounts is told by the first.
struct Change {
    const policy::Limit& limit;
    policy::Who who;
    std::vector<Plan> plans;
    std::optional<std::int64_t> before;
};

Change change_in(const json& request, const session::Surroundings& around,
                 const policy::Policy& policy, std::int64_t max) {
    const policy::Limit& limit = limit_named(policy, request.at("limit").get<std::string>());
    Change change{limit, who_in(request), {}, {}};
    change.plans = value_or_throw(policy::plans_for(policy, limit, change.who, max));
    change.before = max_before(around.counters, change.plans.front());
    return change;
}

std::string max_text(const std::optional<std::int64_t>& max, const policy::Limit& limit) {
    return max ? policy::in_words(*max) : policy::rate_in_words(limit.rate) + " (policy)";
}

void tell(const session::Surroundings& around, const Change& change,
          const std::optional<std::int64_t>& now, const json& request) {
    around.log.info(fmt::format("limit {} of {}: from {} to {}, by {}", change.limit.name,
                                policy::in_words(change.who), max_text(change.before, change.limit),
                                max_text(now, change.limit), asker(request)));
}

json described(const Change& change) {
    json accounts = json::array();
    for (const Plan& plan : change.plans) accounts.push_back(plan.account);
    return {{"ok", true},
            {"limit", change.limit.name},
            {"who", policy::in_words(change.who)},
            {"rate", policy::rate_in_words(change.limit.rate)},
            {"unit", policy::name_of(change.limit.unit)},
            {"window", policy::window_of(change.limit.rate)},
            {"before", change.before ? written_max(*change.before) : json(nullptr)},
            {"accounts", std::move(accounts)}};
}

// False where no message can meet the plan: its limit is gone or of another scope now, or its
// customer has moved to another account.
bool is_met(const Plan& plan, const policy::Who& who, const policy::Policy& policy) {
    const policy::Limit* const limit = limit_of_key(policy, plan.name);
    if (limit == nullptr) return false;
    const auto wanted = policy::plans_for(policy, *limit, who, plan.max);
    return wanted && std::ranges::find(*wanted, plan) != wanted->end();
}

json plan_row_of(const Plan& plan, const policy::Who& who, const policy::Policy& policy) {
    const policy::Limit* const limit = limit_of_key(policy, plan.name);
    return {{"limit", plan.name.substr(0, plan.name.find(':'))},
            {"who", policy::in_words(who)},
            {"max", written_max(plan.max)},
            {"account", plan.account},
            {"rate", limit ? json(policy::rate_in_words(limit->rate)) : json(nullptr)},
            {"met", is_met(plan, who, policy)}};
}

// A limit's name or whom an operator means; all plans for neither.
struct Wanted {
    std::string limit;
    std::optional<policy::Who> who;
};

Wanted wanted_in(const json& request, const policy::Policy& policy) {
    const auto words = request.value("of", std::string());
    const bool is_limit =
        std::ranges::find(policy.limits, words, &policy::Limit::name) != policy.limits.end();
    if (words.empty() || is_limit) return {words, std::nullopt};
    const auto who = policy::parse_who(words);
    if (!who)
        throw std::runtime_error(
            fmt::format("there is no limit \"{}\", and {}", words, who.error()));
    return {"", *who};
}

}  // namespace

json set_plan(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const auto max = max_in(request, limit_named(*policy, request.at("limit").get<std::string>()));
    const Change change = change_in(request, around, *policy, max);
    for (const Plan& plan : change.plans) around.counters.set_plan(plan);
    tell(around, change, max, request);
    json reply = described(change);
    reply["max"] = written_max(max);
    return reply;
}

json unset_plan(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const Change change = change_in(request, around, *policy, limits::unlimited);
    bool was_set = false;
    for (const Plan& plan : change.plans) was_set |= around.counters.unset_plan(plan);
    if (!was_set)
        throw std::runtime_error(fmt::format("limit {} has no maximum of its own for {}",
                                             change.limit.name, policy::in_words(change.who)));
    tell(around, change, std::nullopt, request);
    return described(change);
}

json plans(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const Wanted wanted = wanted_in(request, *policy);
    json rows = json::array();
    for (const Plan& plan : around.counters.plans(std::nullopt)) {
        const auto who = policy::who_of_plan(plan.name);
        if (!who || (wanted.who && *wanted.who != *who)) continue;
        json row = plan_row_of(plan, *who, *policy);
        if (wanted.limit.empty() || row.at("limit") == wanted.limit) rows.push_back(std::move(row));
    }
    return {{"ok", true}, {"plans", std::move(rows)}};
}

}  // namespace spillway::daemon
