#include "policy/rehearse.h"

#include <fmt/format.h>

#include "policy/facts.h"
#include "policy/partial.h"

namespace spillway::policy {
namespace {

Rehearsal ended(Rehearsal rehearsal, Stage stage, Refusal refusal) {
    rehearsal.stage = stage;
    rehearsal.decision.verdict = std::move(refusal.verdict);
    rehearsal.decision.decided_by = std::move(refusal.decided_by);
    return rehearsal;
}

}  // namespace

void use_up(const Policy& policy, const Message& message, const std::string& limit,
            std::int64_t count, limits::MemoryCounters& counters) {
    for (AskedCharge& asked : charges_of_sender(policy, message)) {
        limits::Charge& charge = asked.charge;
        if (charge.limit != limit) continue;
        charge.cost = count;
        const bool distinct = !charge.members.empty();
        charge.members.clear();
        for (std::int64_t i = 0; distinct && i < count; ++i)
            charge.members.push_back(fmt::format("{}@used.invalid", i));
        counters.record({charge}, message.received);
    }
}

Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters) {
    Rehearsal rehearsal;
    const std::vector<Recipient> asked = std::move(message.recipients);
    message.recipients.clear();
    if (auto refusal = refusal_at(Stage::mail, policy, message)) {
        return ended(std::move(rehearsal), Stage::mail, std::move(*refusal));
    }
    Acceptance acceptance;
    for (const Recipient& recipient : asked) {
        message.recipients.push_back(recipient);
        auto refusal = refusal_at(Stage::recipient, policy, message);
        if (!refusal) refusal = acceptance.refused(policy, message, counters, message.received);
        if (!refusal) continue;
        message.recipients.pop_back();
        rehearsal.refused.push_back({recipient.address, std::move(*refusal)});
    }
    if (message.recipients.empty() && !rehearsal.refused.empty()) {
        Refusal first = rehearsal.refused.front().refusal;
        return ended(std::move(rehearsal), Stage::recipient, std::move(first));
    }
    for (const Stage stage : {Stage::data, Stage::headers}) {
        if (auto refusal = refusal_at(stage, policy, message)) {
            return ended(std::move(rehearsal), stage, std::move(*refusal));
        }
    }
    Facts facts(policy, message);
    const auto mailing = mailing_of(facts);
    MailingSizes sizes;
    if (mailing) sizes = counters.mailing_sizes(*mailing, message.received);
    Questions last = questions(facts, sizes);
    limits::Outcome outcome;
    if (last.call) outcome = counters.charge(*last.call, message.received);
    rehearsal.decision = decide(policy, message, std::move(last), outcome);
    return rehearsal;
}

}  // namespace spillway::policy
