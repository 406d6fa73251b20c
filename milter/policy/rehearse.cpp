#include "policy/rehearse.h"

namespace spillway::policy {
namespace {

Rehearsal ended(Rehearsal rehearsal, Stage stage, Refusal refusal) {
    rehearsal.stage = stage;
    rehearsal.decision.verdict = std::move(refusal.verdict);
    rehearsal.decision.decided_by = std::move(refusal.decided_by);
    return rehearsal;
}

}  // namespace

Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters) {
    Rehearsal rehearsal;
    const std::vector<Recipient> asked = std::move(message.recipients);
    message.recipients.clear();
    if (auto refusal = refusal_at(Stage::mail, policy, message)) {
        return ended(std::move(rehearsal), Stage::mail, std::move(*refusal));
    }
    for (const Recipient& recipient : asked) {
        message.recipients.push_back(recipient);
        auto refusal = refusal_at(Stage::recipient, policy, message);
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
    Questions asked_of_counters = questions(policy, message);
    const auto answers = asked_of_counters.charges.empty()
                             ? limits::Answers{}
                             : counters.charge(asked_of_counters.charges, message.received);
    rehearsal.decision = decide(policy, message, std::move(asked_of_counters), answers);
    return rehearsal;
}

}  // namespace spillway::policy
