// The questions a message raises, and the conclusion from rules and counters.
#include <algorithm>

#include <fmt/format.h>

#include "policy/charges.h"
#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/identity.h"
#include "policy/over.h"
#include "policy/rules.h"
#include "policy/suspend.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

// Bounces and notices of the MTA itself (Postfix: internal_mail_filter_classes). Refusing one
// leaves the message it is about in maildrop, where it is tried forever.
bool is_internal_notice(const Message& message) {
    return message.client.local_submission &&
           (message.sender.empty() || message.sender.local == "double-bounce");
}

std::optional<Refusal> refusal_of(Objection objection) {
    if (objection.rank == 0) return std::nullopt;
    return Refusal{std::move(objection.verdict), std::move(objection.decided_by)};
}

// The verdict becomes that of the strongest objection, if there is any.
void weigh(Decision& decision, const Policy& policy, const Message& message,
           const Questions& questions, const limits::Outcome& outcome) {
    Objection strongest;
    if (outcome.suspended) strongest = objection_of(*outcome.suspended, policy);
    for (std::size_t i = 0; i < questions.asked.size(); ++i) {
        const limits::Charge& charge = questions.call->charges[i];
        const auto cost =
            charge.members.empty() ? charge.cost : static_cast<std::int64_t>(charge.members.size());
        decision.limits.push_back({charge.limit, charge.key, cost, outcome.answers.at(i)});
        Objection one =
            objection_of(*questions.asked[i], cost, outcome.answers[i], policy, message);
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

// From when on what is charged now is not counted any more.
limits::Time end_of_window(const limits::Rate& rate, limits::Time now) {
    return std::visit(
        Overloaded{
            // The slice that passes counts until as many further ones are over.
            [&](const limits::Sliding& r) { return now + r.span + r.span / limits::slices; },
            [](const limits::Calendar& r) { return r.bounds[2]; },
            [&](const limits::Pacing& r) {
                return now + std::chrono::ceil<std::chrono::milliseconds>(r.interval);
            },
        },
        rate);
}

}  // namespace

std::optional<Refusal> refusal_at(Stage stage, Facts& facts) {
    const Message& message = facts.message();
    if (is_internal_notice(message)) return std::nullopt;
    if (stage == Stage::recipient && message.client.local_submission) return std::nullopt;
    if (stage < Stage::headers && identity_needs_headers(facts.policy(), message))
        return std::nullopt;
    return first_refusal(stage, facts);
}

std::optional<Refusal> refusal_at(Stage stage, const Policy& policy, const Message& message) {
    Facts facts(policy, message);
    return refusal_at(stage, facts);
}

std::vector<AskedCharge> partial_limits(const Policy& policy, const Message& message) {
    if (message.client.local_submission) return {};
    Facts facts(policy, message);
    return partial_charges(facts);
}

std::optional<Refusal> refusal_beyond(const AskedCharge& asked, const limits::Standing& standing,
                                      std::int64_t accepted, const Policy& policy,
                                      const Message& message) {
    if (standing.max == limits::unlimited || standing.used + accepted < standing.max)
        return std::nullopt;
    limits::Exceeded full{standing.used + accepted, standing.next_free, standing.max,
                          standing.plan};
    // Beyond what this message takes itself it is full until what was used before it frees itself,
    // and if nothing was, until what the message takes does.
    if (accepted > 0)
        full.next_free =
            standing.frees.value_or(end_of_window(asked.charge.rate, message.received));
    return refusal_of(objection_of(*asked.limit, 1, full, policy, message));
}

std::vector<AskedPlace> places_of(const Policy& policy, const Message& message) {
    std::vector<AskedPlace> places;
    if (message.client.local_submission) return places;
    Facts facts(policy, message);
    for (const Limit& limit : policy.limits) {
        if (limit.unit != Unit::connections) continue;
        if (applies(limit.when, limit.unless, facts, {}) == match::Match::no) continue;
        const Counted who = counted_by(limit.scope, policy, facts.identity(), message);
        limits::Place place;
        place.limit = limit.name;
        place.key = fmt::format("{}:{}:{}", limit.name, name_of(limit.scope), who.value);
        place.account = who.account;
        place.most = std::get<AtOnce>(limit.rate).count;
        place.when_unavailable = limit.when_unavailable;
        place.plans = plan_names(limit.name, who);
        places.push_back({&limit, std::move(place)});
    }
    return places;
}

std::optional<Refusal> refusal_without_place(const AskedPlace& asked, const limits::Answer& answer,
                                             const Policy& policy, const Message& message) {
    return refusal_of(objection_of(*asked.limit, 1, answer, policy, message));
}

std::vector<AskedCharge> charges_of_sender(const Policy& policy, const Message& message) {
    Facts facts(policy, message);
    return charges_regardless(facts);
}

Questions questions(Facts& facts, const MailingSizes& sizes) {
    facts.mailing_sizes = sizes;
    Questions result;
    result.so_far = read_rules(facts);
    if (sizes && !sizes->empty()) result.so_far.mailing_size = sizes->back();
    if (!may_leave(result.so_far.verdict)) return result;
    limits::Call& call = result.call.emplace();
    for (AskedCharge& asked : charges_of(facts)) {
        result.asked.push_back(asked.limit);
        call.charges.push_back(std::move(asked.charge));
    }
    call.mailing = mailing_of(facts);
    call.senders = suspects_of(facts.policy(), facts.identity());
    call.message = name_of_try(facts.message());
    return result;
}

Decision decide(const Policy& policy, const Message& message, Questions questions,
                const limits::Outcome& outcome) {
    Decision decision = std::move(questions.so_far);
    if (questions.call) weigh(decision, policy, message, questions, outcome);
    if (is_internal_notice(message)) hold_instead(decision);
    if (const auto* held = std::get_if<Quarantine>(&decision.verdict)) {
        // Postfix drops the reason given to it, so it travels in the message.
        decision.edits.push_back(AddHeader{"X-Spillway-Quarantine", held->reason});
    }
    return decision;
}

}  // namespace spillway::policy
