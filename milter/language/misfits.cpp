#include "language/misfits.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "language/compile_limits.h"
#include "policy/variants.h"

namespace spillway::language {
namespace {

using policy::Scope;
using policy::Stage;
using policy::Unit;
using Misfits = std::vector<Misfit>;

bool has_conditions(const policy::Limit& limit) { return limit.when || limit.unless; }

// Where a condition stands that is known too late; "when" if both are there.
std::string_view word_of_condition(const policy::Limit& limit) {
    return limit.when ? "when" : "unless";
}

void check_partial(const policy::Limit& limit, Misfits& misfits) {
    if (!std::holds_alternative<policy::PartialAction>(limit.over)) return;
    if (limit.unit != Unit::recipients) {
        misfits.push_back({"over", fmt::format("\"partial\" refuses recipients one by one: it goes "
                                               "with count recipients, not with {}",
                                               name_of(limit.unit))});
    }
    const Stage stage = known_at(limit.when, limit.unless);
    if (stage > Stage::recipient) {
        misfits.push_back(
            {"over", fmt::format("\"partial\" is decided with each recipient, and the conditions "
                                 "of this limit are known at the {} stage only; use reject or "
                                 "defer, or conditions on login, client, sender, rcpt or window",
                                 name_of(stage))});
    }
}

void check_connections(const policy::Limit& limit, Misfits& misfits) {
    if (limit.unit != Unit::connections) return;
    if (!std::holds_alternative<policy::AtOnce>(limit.rate)) {
        misfits.push_back({"ladder",
                           "connections are held, not counted over a time: say how many at once, "
                           "such as \"rate 8\""});
    }
    if (limit.scope == Scope::rcpt_domain) {
        misfits.push_back({"scope",
                           "a connection has no recipients yet when it is counted: use another "
                           "scope than rcpt-domain"});
    }
    const Stage stage = known_at(limit.when, limit.unless);
    if (stage > Stage::mail) {
        misfits.push_back(
            {word_of_condition(limit),
             fmt::format("connections are counted at MAIL, and these conditions are known at the "
                         "{} stage only; use conditions on login, client, sender or window",
                         name_of(stage))});
    }
}

void check_logins(const policy::Limit& limit, Misfits& misfits) {
    if (limit.unit != Unit::logins) return;
    if (limit.scope == Scope::rcpt_domain || limit.scope == Scope::everything) {
        misfits.push_back({"scope", fmt::format("logins are counted by account, domain, user, "
                                                "client-ip or user-ip, not by {}",
                                                name_of(limit.scope))});
    }
    if (has_conditions(limit)) {
        misfits.push_back({word_of_condition(limit),
                           "a login is counted before there is a message: a limit on logins has "
                           "no conditions"});
    }
}

std::int64_t highest(const policy::LimitRate& rate) {
    return std::visit(
        Overloaded{
            [](const policy::Ladder& l) { return *std::ranges::max_element(l.steps); },
            [](const limits::Pacing& pacing) { return pacing.burst; },
            [](const auto& other) { return other.count; },
        },
        rate);
}

void check_unique(const policy::Limit& limit, Misfits& misfits) {
    if (limit.unit != Unit::unique_recipients) return;
    const std::string_view word =
        std::holds_alternative<policy::Ladder>(limit.rate) ? "ladder" : "rate";
    if (std::holds_alternative<limits::Pacing>(limit.rate)) {
        misfits.push_back({word,
                           "a burst has no memory of recipients: use a rate without one, or count "
                           "recipients"});
    } else if (highest(limit.rate) > most_unique_recipients) {
        misfits.push_back({word, fmt::format("different recipients are remembered one by one, at "
                                             "most {} of them: lower it, or count recipients",
                                             most_unique_recipients)});
    }
}

void check_notice(const policy::Limit& limit, Misfits& misfits) {
    if (limit.notice.levels.empty()) return;
    if (limit.unit == Unit::connections || std::holds_alternative<limits::Pacing>(limit.rate)) {
        misfits.push_back({"notice",
                           "what is held at once or paced is used up again and again: notices go "
                           "with rates without a burst and with ladders"});
    }
}

}  // namespace

std::vector<Misfit> misfits_of(const policy::Limit& limit) {
    Misfits misfits;
    for (const auto check :
         {check_partial, check_connections, check_logins, check_unique, check_notice})
        check(limit, misfits);
    return misfits;
}

}  // namespace spillway::language
