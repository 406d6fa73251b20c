#include "policy/over.h"

#include <fmt/format.h>

#include "policy/facts.h"
#include "policy/reply.h"
#include "policy/variants.h"
#include "policy/window.h"
#include "policy/words.h"

namespace spillway::policy {
namespace {

std::string next_in_words(const limits::Exceeded& exceeded, const Policy& policy,
                          const Message& message) {
    return exceeded.next_free ? awaited_time(*exceeded.next_free, message.received, *policy.zone)
                              : "never";
}

Reply over_reply(const TemplateReply& reply, const Limit& limit, std::int64_t cost,
                 const limits::Exceeded& exceeded, const Policy& policy, const Message& message) {
    Variables values = variables_of(message, identify(policy, message));
    const auto set = [&](Variable variable, std::string value) {
        values[static_cast<std::size_t>(variable)] = std::move(value);
    };
    set(Variable::limit, limit.name);
    set(Variable::used, std::to_string(exceeded.used));
    set(Variable::max, in_words(exceeded.max));
    set(Variable::next, next_in_words(exceeded, policy, message));
    set(Variable::recipients, std::to_string(cost));
    return filled(reply, values, "limit " + limit.name);
}

// A whole message that no waiting cures.
Reply never_reply(const Limit& limit, std::int64_t cost, const limits::Exceeded& exceeded) {
    const char* const advice =
        limit.unit == Unit::bytes ? "send less at once" : "send it to fewer recipients";
    return own_reply(552, "5.7.1",
                     fmt::format("This message counts {} {}, more than the whole limit of {}; {}",
                                 cost, name_of(limit.unit), in_words(exceeded.max), advice),
                     "limit " + limit.name);
}

Verdict over_verdict(const Limit& limit, std::int64_t cost, const limits::Exceeded& exceeded,
                     const Policy& policy, const Message& message) {
    const auto reply_of = [&](const auto& action) {
        return over_reply(action.reply, limit, cost, exceeded, policy, message);
    };
    const bool is_of_mail = limit.unit != Unit::connections && limit.unit != Unit::logins;
    if (!exceeded.next_free && is_of_mail) return Reject{never_reply(limit, cost, exceeded)};
    return std::visit(
        Overloaded{
            [&](const RejectAction& action) -> Verdict { return Reject{reply_of(action)}; },
            [&](const auto& action) -> Verdict { return Defer{reply_of(action)}; },
        },
        limit.over);
}

}  // namespace

Objection objection_of(const Limit& limit, std::int64_t cost, const limits::Answer& answer,
                       const Policy& policy, const Message& message) {
    const std::string by = "limit " + limit.name;
    if (const auto* exceeded = std::get_if<limits::Exceeded>(&answer)) {
        Verdict verdict = over_verdict(limit, cost, *exceeded, policy, message);
        return {std::holds_alternative<Reject>(verdict) ? 3 : 2, std::move(verdict), by};
    }
    if (std::holds_alternative<limits::Unavailable>(answer) &&
        limit.when_unavailable == limits::WhenUnavailable::defer) {
        return {1,
                Defer{own_reply(451, "4.3.0",
                                "Sending limits cannot be checked now; try again in a few minutes",
                                by)},
                by};
    }
    return {};
}

Objection objection_of(const limits::Suspension& suspension, const Policy& policy) {
    const std::string by = "suspension";
    const std::string text =
        fmt::format("Sending is suspended for {} {} until {}: {}; ask postmaster",
                    name_of(suspension.suspect.whom), suspension.suspect.who,
                    local_time(suspension.until, *policy.zone), suspension.reason);
    return {4, Reject{own_reply(550, "5.7.1", text, by)}, by};
}

}  // namespace spillway::policy
