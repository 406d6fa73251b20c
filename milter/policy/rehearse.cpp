#include "policy/rehearse.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "policy/facts.h"
#include "policy/partial.h"
#include "policy/suspend.h"

namespace spillway::policy {
namespace {

constexpr const char* somebody = "{}@used.invalid";  // for fmt: people nobody else writes to
constexpr std::int64_t most_of_them = 1'000'000;

// Those of limits and of strikes, whatever the conditions say.
std::vector<limits::Charge> usable_charges(const Policy& policy, const Message& message) {
    std::vector<limits::Charge> charges;
    for (AskedCharge& asked : charges_of_sender(policy, message))
        charges.push_back(std::move(asked.charge));
    const Identity identity = identify(policy, message);
    for (const auto rules : rules_of(policy, folders_of(policy, identity)))
        for (const Rule& rule : rules)
            for (SuspendOrder& order : orders_of(rule, policy, identity, message.received))
                if (order.strike) charges.push_back(*std::move(order.strike));
    return charges;
}

// Plays the part of the session for one message.
class Rehearsing {
  public:
    Rehearsing(const Policy& policy, Message message, limits::Counters& counters,
               const Beyond& beyond, Telling telling)
        : policy_(policy),
          message_(std::move(message)),
          counters_(counters),
          beyond_(beyond),
          telling_(telling) {}

    Rehearsal play() &&;

  private:
    bool refused_at(Stage stage);
    bool without_place();
    bool refused_by_all(const std::vector<Recipient>& asked);
    void end();
    void end(Stage stage, const Refusal& refusal);
    void suspend(const std::vector<SuspendOrder>& orders);
    void read_rules_again();
    void tell(std::vector<RuleReport> rules, Facts& facts);

    const Policy& policy_;
    Message message_;
    limits::Counters& counters_;
    const Beyond& beyond_;
    const Telling telling_;
    Rehearsal rehearsal_;
};

void Rehearsing::suspend(const std::vector<SuspendOrder>& orders) {
    auto suspended = carry_out(orders, counters_, message_.received);
    std::ranges::move(suspended, std::back_inserter(rehearsal_.suspended));
}

void Rehearsing::end(Stage stage, const Refusal& refusal) {
    rehearsal_.stage = stage;
    rehearsal_.decision.verdict = refusal.verdict;
    rehearsal_.decision.decided_by = refusal.decided_by;
    rehearsal_.decision.suspend = refusal.suspend;
}

bool Rehearsing::refused_at(Stage stage) {
    look_up_at(stage, policy_, message_, beyond_.look_up);
    const auto refusal = refusal_at(stage, policy_, message_);
    if (!refusal) return false;
    end(stage, *refusal);
    suspend(refusal->suspend);
    return true;
}

bool Rehearsing::without_place() {
    for (AskedPlace& asked : places_of(policy_, message_)) {
        asked.place.holder = "this";
        const limits::Answer answer = counters_.hold(asked.place, message_.received);
        const auto refusal = refusal_without_place(asked, answer, policy_, message_);
        if (refusal) {
            end(Stage::mail, *refusal);
            return true;
        }
    }
    return false;
}

bool Rehearsing::refused_by_all(const std::vector<Recipient>& asked) {
    Acceptance acceptance;
    for (const Recipient& recipient : asked) {
        message_.recipients.push_back(recipient);
        // Who is suppressed is said by the rehearsal's caller.
        auto& suppression = message_.recipients.back().suppression;
        if (std::holds_alternative<limits::NotAsked>(suppression))
            suppression = limits::NotSuppressed{};
        look_up_at(Stage::recipient, policy_, message_, beyond_.look_up);
        auto refusal = refusal_at(Stage::recipient, policy_, message_);
        if (!refusal) refusal = acceptance.refused(policy_, message_, counters_, message_.received);
        if (!refusal) continue;
        message_.recipients.pop_back();
        suspend(refusal->suspend);
        rehearsal_.refused.push_back({recipient.address, std::move(*refusal)});
    }
    if (!message_.recipients.empty() || rehearsal_.refused.empty()) return false;
    end(Stage::recipient, rehearsal_.refused.front().refusal);
    return true;
}

void Rehearsing::end() {
    Facts facts(policy_, message_);
    facts.report_all = true;
    if (const auto* attachments = attachments_to_read(facts); attachments && beyond_.read)
        facts.contents.know(beyond_.read(*attachments));
    look_up(facts, message_, beyond_.look_up);
    const auto mailing = mailing_of(facts);
    MailingSizes sizes;
    if (mailing) sizes = counters_.mailing_sizes(*mailing, message_.received);
    Questions last = questions(facts, sizes);
    limits::Outcome outcome;
    if (last.call) outcome = counters_.charge(*last.call, message_.received);
    rehearsal_.decision = decide(policy_, message_, std::move(last), outcome);
    suspend(rehearsal_.decision.suspend);
    tell(rehearsal_.decision.rules, facts);
}

// A message that is refused early has no report of its own: the rules that could act by then are
// read again.
void Rehearsing::read_rules_again() {
    Facts facts(policy_, message_);
    facts.report_all = true;
    std::vector<RuleReport> reports = questions(facts).so_far.rules;
    std::erase_if(reports, [&](const RuleReport& report) {
        const auto rule = std::ranges::find(policy_.rules, report.rule, &Rule::name);
        return rule != policy_.rules.end() && rule->acts_at > rehearsal_.stage;
    });
    tell(std::move(reports), facts);
}

void Rehearsing::tell(std::vector<RuleReport> rules, Facts& facts) {
    rehearsal_.rules = std::move(rules);
    if (telling_.hits) rehearsal_.hits = hits_of(rehearsal_.rules, facts);
    rehearsal_.readings = facts.take_readings();
}

Rehearsal Rehearsing::play() && {
    const std::vector<Recipient> asked = std::move(message_.recipients);
    message_.recipients.clear();
    const bool refused = refused_at(Stage::mail) || without_place() || refused_by_all(asked) ||
                         refused_at(Stage::data) || refused_at(Stage::headers);
    if (!refused) {
        end();
    } else if (telling_.hits || telling_.all_rules) {
        message_.recipients = asked;
        read_rules_again();
    }
    return std::move(rehearsal_);
}

}  // namespace

void use_up(const Policy& policy, const Message& message, const std::string& limit,
            std::int64_t count, limits::MemoryCounters& counters) {
    for (limits::Charge& charge : usable_charges(policy, message)) {
        if (charge.limit != limit) continue;
        charge.cost = count;
        const bool distinct = !charge.members.empty();
        charge.members.clear();
        for (std::int64_t i = 0; distinct && i < std::min(count, most_of_them); ++i)
            charge.members.push_back(fmt::format(somebody, i));
        counters.record({charge}, message.received);
    }
    for (AskedPlace& asked : places_of(policy, message)) {
        if (asked.place.limit != limit) continue;
        for (std::int64_t i = 0; i < std::min(count, most_of_them); ++i) {
            asked.place.holder = fmt::format("other {}", i);
            counters.hold(asked.place, message.received);
        }
    }
}

std::vector<std::string> usable_limits(const Policy& policy) {
    std::vector<std::string> names;
    for (const Limit& limit : policy.limits) names.push_back(limit.name);
    for_each_rule(policy, [&](const Rule& rule) {
        for (const Action& action : rule.actions)
            if (const auto* suspend = std::get_if<SuspendAction>(&action);
                suspend != nullptr && suspend->after)
                names.push_back(strikes_of(rule));
    });
    return names;
}

bool mail_out(const Policy& policy, const Message& message, std::int64_t count,
              limits::Counters& counters) {
    Facts facts(policy, message);
    limits::Call call;
    call.mailing = mailing_of(facts);
    if (!call.mailing) return false;
    call.mailing->recipients.clear();
    for (std::int64_t i = 0; i < count; ++i)
        call.mailing->recipients.push_back(fmt::format(somebody, i));
    counters.charge(call, message.received);
    return true;
}

Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters,
                   const Beyond& beyond, Telling telling) {
    return Rehearsing(policy, std::move(message), counters, beyond, telling).play();
}

}  // namespace spillway::policy
