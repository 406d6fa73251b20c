// Limits asked of a message, and the conclusion from rules and counters.
#include <algorithm>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/lower.h"
#include "policy/reply.h"
#include "policy/rules.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

using match::Match;

// Bounces and notices of the MTA itself (Postfix: internal_mail_filter_classes). Refusing one
// leaves the message it is about in maildrop, where it is tried forever.
bool is_internal_notice(const Message& message) {
    return message.client.local_submission &&
           (message.sender.empty() || message.sender.local == "double-bounce");
}

// Whom a limit counts, and the account that belongs to that, so that one key always has one
// account. The case of logins and local parts makes no second customer.
struct Counted {
    std::string value;
    std::string account;
};

Counted counted_by(Scope scope, const Policy& policy, const Identity& identity,
                   const Message& message) {
    if (scope == Scope::account) return {lower(identity.account), lower(identity.account)};
    if (scope == Scope::domain || (identity.user.empty() && message.sender.empty())) {
        return {lower(identity.domain), lower(account_of(policy, "", identity.domain))};
    }
    const std::string user = identity.user.empty() ? message.sender.text() : identity.user;
    return {lower(user), lower(account_of(policy, user, identity.domain))};
}

const char* name_of(Scope scope) {
    switch (scope) {
        case Scope::account:
            return "account";
        case Scope::domain:
            return "domain";
        case Scope::user:
            return "user";
    }
    return "";
}

// A limit counts a recipient, or a message, unless its conditions surely say otherwise.
bool limit_applies(const Limit& limit, Facts& facts, const mail::Address* recipient) {
    return applies(limit.when, limit.unless, facts, Binding{nullptr, recipient}) != Match::no;
}

// What a message costs under a limit: each envelope recipient once, however often it was named.
std::int64_t cost_under(const Limit& limit, Facts& facts) {
    std::set<std::string> counted;
    for (const Recipient& recipient : facts.message().recipients) {
        if (!limit_applies(limit, facts, &recipient.address)) continue;
        if (limit.unit == Unit::messages) return 1;
        counted.insert(recipient.address.text());
    }
    return static_cast<std::int64_t>(counted.size());
}

limits::Charge charge_for(const Limit& limit, std::int64_t cost, const Facts& facts) {
    const Counted who = counted_by(limit.scope, facts.policy(), facts.identity(), facts.message());
    return {limit.name,  fmt::format("{}:{}:{}", limit.name, name_of(limit.scope), who.value),
            who.account, cost,
            limit.rate,  limit.when_unavailable};
}

bool may_leave(const Verdict& verdict) {
    return std::holds_alternative<Accept>(verdict) || std::holds_alternative<Quarantine>(verdict);
}

std::string next_in_words(const limits::Exceeded& exceeded, const Policy& policy) {
    return exceeded.next_free ? local_time(*exceeded.next_free, *policy.zone) : "never";
}

Reply over_reply(const TemplateReply& reply, const Limit& limit, const LimitReport& report,
                 const limits::Exceeded& exceeded, const Policy& policy, const Message& message) {
    Variables values = variables_of(message, identify(policy, message));
    const auto set = [&](Variable variable, std::string value) {
        values[static_cast<std::size_t>(variable)] = std::move(value);
    };
    set(Variable::limit, limit.name);
    set(Variable::used, std::to_string(exceeded.used));
    set(Variable::max, std::to_string(limit.rate.count));
    set(Variable::next, next_in_words(exceeded, policy));
    set(Variable::recipients, std::to_string(report.cost));
    return filled(reply, values, "limit " + limit.name);
}

Verdict over_verdict(const Limit& limit, const LimitReport& report,
                     const limits::Exceeded& exceeded, const Policy& policy,
                     const Message& message) {
    if (!exceeded.next_free) {
        // No waiting cures this, so the answer must be final, whatever the limit's own is.
        return Reject{own_reply(552, "5.7.1",
                                fmt::format("This message counts {}, more than the whole limit of "
                                            "{}; send it to fewer recipients",
                                            report.cost, limit.rate.count),
                                "limit " + limit.name)};
    }
    return std::visit(
        Overloaded{
            [&](const RejectAction& a) -> Verdict {
                return Reject{over_reply(a.reply, limit, report, exceeded, policy, message)};
            },
            [&](const DeferAction& a) -> Verdict {
                return Defer{over_reply(a.reply, limit, report, exceeded, policy, message)};
            },
        },
        limit.over);
}

// A rejection outranks a deferral, an exceeded limit one that could not be asked.
struct Objection {
    int rank = 0;
    Verdict verdict;
    std::string decided_by;
};

Objection objection_of(const Limit& limit, const LimitReport& report, const Policy& policy,
                       const Message& message) {
    const std::string by = "limit " + limit.name;
    if (const auto* exceeded = std::get_if<limits::Exceeded>(&report.answer)) {
        Verdict verdict = over_verdict(limit, report, *exceeded, policy, message);
        return {std::holds_alternative<Reject>(verdict) ? 3 : 2, std::move(verdict), by};
    }
    if (std::holds_alternative<limits::Unavailable>(report.answer) &&
        limit.when_unavailable == limits::WhenUnavailable::defer) {
        return {1,
                Defer{own_reply(451, "4.3.0",
                                "Sending limits cannot be checked now; try again in a few minutes",
                                by)},
                by};
    }
    return {};
}

// Turns the verdict into that of the strongest objection, if there is any.
void weigh_limits(Decision& decision, const Policy& policy, const Message& message,
                  const Questions& questions, const limits::Answers& answers) {
    Objection strongest;
    for (std::size_t i = 0; i < questions.charges.size(); ++i) {
        const limits::Charge& charge = questions.charges[i];
        decision.limits.push_back(
            {charge.limit, charge.key, charge.cost, charge.rate.count, answers.at(i)});
        Objection one = objection_of(*questions.asked[i], decision.limits.back(), policy, message);
        if (one.rank > strongest.rank) strongest = std::move(one);
    }
    if (strongest.rank == 0) return;
    decision.verdict = std::move(strongest.verdict);
    decision.decided_by = std::move(strongest.decided_by);
}

void hold_instead(Decision& decision) {
    const Reply* reply = nullptr;
    if (const auto* reject = std::get_if<Reject>(&decision.verdict)) reply = &reject->reply;
    if (const auto* defer = std::get_if<Defer>(&decision.verdict)) reply = &defer->reply;
    if (!reply) return;
    decision.verdict = Quarantine{fmt::format(
        "{}: held, as the MTA's own mail is never refused: {}", decision.decided_by, reply->text)};
}

}  // namespace

std::optional<Refusal> refusal_at(Stage stage, const Policy& policy, const Message& message) {
    if (is_internal_notice(message)) return std::nullopt;
    if (stage == Stage::recipient && message.client.local_submission) return std::nullopt;
    Facts facts(policy, message);
    return first_refusal(stage, facts);
}

Questions questions(const Policy& policy, const Message& message) {
    Questions result;
    Facts facts(policy, message);
    result.so_far = read_rules(facts);
    if (!may_leave(result.so_far.verdict)) return result;
    for (const Limit& limit : policy.limits) {
        const std::int64_t cost = cost_under(limit, facts);
        if (cost == 0) continue;
        result.charges.push_back(charge_for(limit, cost, facts));
        result.asked.push_back(&limit);
    }
    return result;
}

Decision decide(const Policy& policy, const Message& message, Questions questions,
                const limits::Answers& answers) {
    Decision decision = std::move(questions.so_far);
    weigh_limits(decision, policy, message, questions, answers);
    if (is_internal_notice(message)) hold_instead(decision);
    if (const auto* held = std::get_if<Quarantine>(&decision.verdict)) {
        // Postfix drops the reason given to it, so it travels in the message.
        decision.edits.push_back(AddHeader{"X-Spillway-Quarantine", held->reason});
    }
    return decision;
}

}  // namespace spillway::policy
