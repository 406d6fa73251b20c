// Rules that the scans rule out are not asked: what is decided must be the same as when all are.
#include <array>
#include <random>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>

#include "effort.h"
#include "language_load.h"
#include "mail/split.h"
#include "policy/evaluate.h"
#include "policy/facts.h"

using namespace spillway;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

template <typename Choices>
std::string one_of(Random& random, const Choices& choices) {
    return choices[below(random, std::size(choices))];
}

constexpr std::array words{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};
constexpr std::array texts{"text", "subject", "header X-Word", "any-text", "html", "raw", "links"};

std::string simple(Random& random) {
    const std::string word = one_of(random, words);
    const std::string text = one_of(random, texts);
    switch (below(random, 9)) {
        case 0:
            return fmt::format("tag t{}", below(random, 4));
        case 1:
            return "auth";
        case 2:
            return fmt::format("{} =~ /{}/i count < {}", text, word, 1 + below(random, 2));
        case 3:
            return fmt::format("{} =~ /{}/ count >= {}", text, word, below(random, 3) + 1);
        case 4:
            return fmt::format("not {} =~ /{}/i", text, word);
        case 5:
            return fmt::format("{} =~ /\\b{}\\s+\\w+/i", text, word);
        case 6:
            return fmt::format("rcpt =~ /{}/i", word);
        default:
            return fmt::format("{} has \"{}\"", text, word);
    }
}

std::string condition(Random& random, int depth) {
    if (depth == 0 || below(random, 3) == 0) return simple(random);
    const char* const joint = below(random, 2) == 0 ? " and " : " or ";
    return "(" + condition(random, depth - 1) + joint + condition(random, depth - 1) + ")";
}

std::string action(Random& random, int rule) {
    switch (below(random, 6)) {
        case 0:
            return fmt::format("reject 550 5.7.1 \"r{}\"", rule);
        case 1:
            return fmt::format("quarantine \"r{}\"", rule);
        case 2:
            return fmt::format("add-header X-Rule \"r{}\"", rule);
        default:
            return fmt::format("tag t{}", below(random, 4));
    }
}

std::string policy_text(Random& random) {
    std::string text = "text-limit 600\n";
    if (below(random, 3) != 0) text.clear();
    constexpr std::array doubts{"match", "no-match", "defer", "quarantine"};
    for (int tag = 0; tag < 4; ++tag)  // so that each is set somewhere
        text += fmt::format("rule s{} {{ when text has \"{}\"; tag t{} }}\n", tag,
                            one_of(random, words), tag);
    for (int rule = 0; rule < 12; ++rule) {
        text += fmt::format("rule r{} {{ when {}", rule, condition(random, 2));
        if (below(random, 4) == 0) text += fmt::format("; unless {}", simple(random));
        text += fmt::format("; {}; on-error {} }}\n", action(random, rule), one_of(random, doubts));
    }
    return text;
}

std::string some_words(Random& random) {
    std::string text;
    for (std::size_t left = below(random, 5); left > 0; --left) text += one_of(random, words) + " ";
    return text;
}

std::string mail_text(Random& random) {
    std::string mail = "From: a@a.example\nSubject: " + some_words(random) + "\n";
    for (std::size_t left = below(random, 3); left > 0; --left)
        mail += "X-Word: " + some_words(random) + "\n";
    if (below(random, 2) == 0) mail += "Content-Type: text/html\n";
    mail += "\n" + some_words(random) + "<a href=\"http://" + one_of(random, words) +
            ".example/\">x</a>\n";
    if (below(random, 4) == 0) mail += std::string(700, '.') + some_words(random) + "\n";
    return mail;
}

std::string decided(const policy::Policy& policy, const policy::Message& message, bool all) {
    policy::Facts facts(policy, message);
    facts.report_all = all;
    const policy::Decision decision = policy::questions(facts).so_far;
    std::string text =
        fmt::format("{} by {};", policy::name_of(decision.verdict), decision.decided_by);
    for (const std::string& tag : decision.tags) text += " " + tag;
    text += fmt::format(" {} edits;", decision.edits.size());
    for (const policy::RuleReport& report : decision.rules)
        if (report.matched != match::Match::no)
            text +=
                fmt::format(" {}={}{}", report.rule, static_cast<int>(report.matched), report.note);
    return text;
}

BOOST_AUTO_TEST_CASE(rules_that_are_not_asked_change_nothing) {
    Random random(20'260);
    int shorter = 0;
    for (int round = 0; round < rounds(300); ++round) {
        const std::string text = policy_text(random);
        const auto generation = language::load_text(text);
        BOOST_REQUIRE_MESSAGE(generation.policy, text << language::mistakes_in(text));
        for (int number = 0; number < 10; ++number) {
            const std::string mail = mail_text(random);
            const mail::SplitMessage split = mail::split_message(mail);
            policy::Message message;
            message.headers = split.headers;
            message.bytes = split.bytes;
            message.body_seen = below(random, 10) != 0;
            message.recipients.push_back({mail::envelope_address("alpha@else.example"), ""});
            const std::string expected = decided(*generation.policy, message, true);
            BOOST_REQUIRE_MESSAGE(decided(*generation.policy, message, false) == expected,
                                  text << "\n"
                                       << mail << "\n"
                                       << expected);
            policy::Facts facts(*generation.policy, message);
            const std::size_t asked = policy::questions(facts).so_far.rules.size();
            if (asked < generation.policy->rules.size()) ++shorter;
        }
    }
    BOOST_TEST(shorter > 0, "no rule was ever spared");
}

}  // namespace
