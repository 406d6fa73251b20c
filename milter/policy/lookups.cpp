#include "policy/lookups.h"

#include <algorithm>

#include "policy/identity.h"
#include "policy/rules.h"

namespace spillway::policy {
namespace {

// Answers raise questions at most twice: whom one acts for, what they own. More is a mistake here.
constexpr int most_rounds = 5;

// Conditions of a limit are asked for each recipient where they are about one.
void ask(const Limit& limit, Stage stage, Facts& facts) {
    if (!limit.asks_rcpt) {
        applies(limit.when, limit.unless, facts, {});
        return;
    }
    const auto& recipients = facts.message().recipients;
    const bool last_only = stage == Stage::recipient;
    for (auto one = recipients.rbegin(); one != recipients.rend(); ++one) {
        applies(limit.when, limit.unless, facts, {nullptr, &one->address});
        if (last_only) return;
    }
}

// The conditions are read as they will be, so what decides one without a map spares the question.
std::vector<match::Question> open_questions(Stage stage, Facts& facts) {
    facts.unanswered.clear();
    facts.gathering = true;
    for (const auto rules : facts.rules())
        for (const Rule& rule : rules)
            if (rule.asks_outside && rule.mode != Mode::off && rule.known_at <= stage)
                firing_at(stage, rule, facts);
    for (const Limit& limit : facts.policy().limits)
        if (limit.asks_outside && limit.known_at <= stage) ask(limit, stage, facts);
    facts.gathering = false;
    facts.finds.clear();
    facts.doubt.clear();
    return std::move(facts.unanswered);
}

std::vector<match::Question> without_repeats(std::vector<match::Question> questions) {
    const auto key = [](const match::Question& question) {
        return std::pair(question.map.get(), match::text_of(question));
    };
    std::ranges::sort(questions, {}, key);
    const auto repeats = std::ranges::unique(questions, {}, key);
    questions.erase(repeats.begin(), repeats.end());
    return questions;
}

void look_up_for(Stage stage, Facts& facts, Message& message, const LookUp& look_up) {
    for (int round = 0; round < most_rounds; ++round) {
        const auto questions = without_repeats(open_questions(stage, facts));
        if (questions.empty()) return;
        std::vector<match::Found> answers;
        if (look_up) answers = look_up(questions);
        answers.resize(questions.size(), match::Unreachable{"it was not asked"});
        for (std::size_t i = 0; i < questions.size(); ++i)
            message.findings.add(questions[i], std::move(answers[i]));
    }
}

}  // namespace

void look_up_at(Stage stage, const Policy& policy, Message& message, const LookUp& look_up) {
    // Who sends may be known from the header only, and nothing is decided before.
    if (!policy.asks_outside || (stage < Stage::headers && identity_needs_headers(policy, message)))
        return;
    Facts facts(policy, message);
    look_up_for(stage, facts, message, look_up);
}

void look_up(Facts& facts, Message& message, const LookUp& look_up) {
    if (facts.policy().asks_outside) look_up_for(Stage::message, facts, message, look_up);
}

}  // namespace spillway::policy
