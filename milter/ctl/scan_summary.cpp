#include "ctl/scan_summary.h"

#include <algorithm>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/outcome.h"
#include "policy/folders.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

constexpr std::size_t most_examples = 3;
constexpr std::size_t most_unread = 1000;
constexpr std::size_t unread_shown = 20;
using Rows = std::vector<std::vector<std::string>>;

const char* verdict_name(std::size_t index) {
    static const std::array<policy::Verdict, 5> verdicts{policy::Accept{}, policy::Quarantine{},
                                                         policy::Reject{}, policy::Defer{},
                                                         policy::Discard{}};
    return policy::name_of(verdicts.at(index));
}

std::string number(std::uint64_t count) { return with_commas(static_cast<std::int64_t>(count)); }

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Two digits of what is rare: "0.0042%" of a million messages are 42.
std::string percent(double share) {
    return share == 0 ? "0%" : fmt::format("{:.2g}%", share * 100);
}
std::string percent(std::uint64_t part, std::uint64_t whole) {
    const double share = share_of(part, whole);
    return share >= 0.1 ? fmt::format("{:.1f}%", share * 100) : percent(share);
}

double mean_us(std::chrono::nanoseconds cost, std::uint64_t times) {
    const std::chrono::duration<double, std::micro> all = cost;
    return times == 0 ? 0 : all.count() / static_cast<double>(times);
}

void keep(std::vector<std::string>& examples, const std::string& name) {
    if (examples.size() < most_examples) examples.push_back(name);
}

// Figures are read from the right; what stands before `figures` are words.
std::string table(Rows rows, std::size_t figures) {
    for (std::size_t column = figures; column < rows.front().size(); ++column) {
        std::size_t width = 0;
        for (const auto& row : rows) width = std::max(width, row[column].size());
        for (auto& row : rows) row[column] = fmt::format("{:>{}}", row[column], width);
    }
    return columns(rows, "  ");
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shown(name);
    return text;
}

std::string_view word_of(match::Match matched) {
    return matched == match::Match::yes ? "yes" : "cannot-tell";
}

}  // namespace

ScanSummary::ScanSummary(const policy::Policy& policy) : operators_(policy.rules.size()) {
    policy::for_each_rule(policy, [&](const policy::Rule& rule) {
        numbers_.emplace(rule.name, rules_.size());
        rules_.emplace_back().rule = &rule;
    });
}

void ScanSummary::add(const Judged& judged) {
    ++judged_;
    const policy::Rehearsal& rehearsal = judged.rehearsal;
    ++verdicts_.at(rehearsal.decision.verdict.index());
    for (const policy::RuleReport& report : rehearsal.rules) {
        const std::size_t at = numbers_.at(report.rule);
        RuleTally& tally = rules_[at];
        ++tally.asked;
        if (at < rehearsal.readings.rules.size()) tally.cost += rehearsal.readings.rules[at].took;
        if (report.matched == match::Match::yes) {
            ++tally.hits;
            keep(tally.hit, judged.name);
        } else if (report.matched == match::Match::cannot_tell) {
            ++tally.doubts;
            keep(tally.doubted, judged.name);
        }
    }
}

void ScanSummary::add(Unread unread) {
    ++unread_;
    if (first_unread_.size() < most_unread) first_unread_.push_back(std::move(unread));
}

std::string ScanSummary::rules_text() const {
    Rows rows{{"rule", "mode", "asked", "hits", "share", "cannot tell", "mean cost"}};
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const RuleTally& tally = rules_[i];
        const policy::Rule& rule = *tally.rule;
        if (rule.mode == policy::Mode::off) continue;
        const std::string cost =
            i < operators_ ? fmt::format("{:.1f} us", mean_us(tally.cost, tally.asked)) : "-";
        rows.push_back({rule.name, policy::name_of(rule.mode), number(tally.asked),
                        number(tally.hits), percent(tally.hits, judged_), number(tally.doubts),
                        cost});
    }
    return rows.size() == 1 ? "" : "\nrules\n" + table(std::move(rows), 2);
}

std::string ScanSummary::examples_text() const {
    Rows rows;
    for (const RuleTally& tally : rules_) {
        const std::string& rule = tally.rule->name;
        if (!tally.hit.empty()) rows.push_back({rule, "hits", joined(tally.hit)});
        if (!tally.doubted.empty()) rows.push_back({rule, "cannot tell", joined(tally.doubted)});
    }
    return rows.empty() ? "" : "\nexamples\n" + columns(rows, "  ");
}

std::string ScanSummary::text(const Run& run) const {
    std::string text =
        fmt::format("{} read in {:.1f}s, {:.0f} a second; limits were not charged\n",
                    counted(static_cast<std::int64_t>(judged_), "message"), run.spent.count(),
                    run.spent.count() > 0 ? static_cast<double>(judged_) / run.spent.count() : 0);
    if (run.interrupted) text += fmt::format("INTERRUPTED: of {}\n", number(run.found));
    Rows verdicts{{"verdict", "messages", "share"}};
    for (std::size_t i = 0; i < verdicts_.size(); ++i)
        if (verdicts_[i] > 0)
            verdicts.push_back(
                {verdict_name(i), number(verdicts_[i]), percent(verdicts_[i], judged_)});
    if (judged_ > 0) text += "\nverdicts\n" + table(std::move(verdicts), 1);
    text += rules_text() + examples_text();
    if (unread_ == 0) return text;
    Rows rows;
    for (std::size_t i = 0; i < std::min(first_unread_.size(), unread_shown); ++i)
        rows.push_back({shown(first_unread_[i].name), shown(first_unread_[i].why)});
    if (unread_ > rows.size()) rows.push_back({fmt::format("and {} more", unread_ - rows.size())});
    return text + fmt::format("\nnot read: {}\n", number(unread_)) + columns(rows, "  ");
}

json ScanSummary::json(const Run& run) const {
    nlohmann::json verdicts = nlohmann::json::object();
    for (std::size_t i = 0; i < verdicts_.size(); ++i) verdicts[verdict_name(i)] = verdicts_[i];
    nlohmann::json rules = nlohmann::json::array();
    for (const RuleTally& tally : rules_) {
        rules.push_back({{"rule", tally.rule->name},
                         {"mode", policy::name_of(tally.rule->mode)},
                         {"asked", tally.asked},
                         {"hits", tally.hits},
                         {"share", share_of(tally.hits, judged_)},
                         {"cannot_tell", tally.doubts},
                         {"mean_us", mean_us(tally.cost, tally.asked)},
                         {"hit_in", tally.hit},
                         {"cannot_tell_in", tally.doubted}});
    }
    nlohmann::json unread = nlohmann::json::array();
    for (const Unread& one : first_unread_)
        unread.push_back({{"file", one.name}, {"why", one.why}});
    return {{"messages", judged_},
            {"found", run.found},
            {"seconds", run.spent.count()},
            {"jobs", run.jobs},
            {"interrupted", run.interrupted},
            {"limits_charged", false},
            {"verdicts", verdicts},
            {"rules", rules},
            {"unread", unread_},
            {"not_read", unread}};
}

std::string line_of(const Judged& judged) {
    const policy::Decision& decision = judged.rehearsal.decision;
    std::string text =
        fmt::format("{:<10}  {}", policy::name_of(decision.verdict), shown(judged.name));
    if (!decision.decided_by.empty()) text += fmt::format("  by {}", decision.decided_by);
    for (const policy::RuleReport& report : judged.rehearsal.rules)
        if (report.matched != match::Match::no)
            text += fmt::format("  {}={}", report.rule, word_of(report.matched));
    return text + "\n";
}

std::string json_line_of(const Judged& judged) {
    const policy::Decision& decision = judged.rehearsal.decision;
    nlohmann::json rules = nlohmann::json::array();
    for (const policy::RuleReport& report : judged.rehearsal.rules)
        if (report.matched != match::Match::no)
            rules.push_back({{"rule", report.rule},
                             {"matched", word_of(report.matched)},
                             {"note", report.note}});
    return ascii_json_text({{"message", judged.name},
                            {"verdict", policy::name_of(decision.verdict)},
                            {"decided_by", decision.decided_by},
                            {"rules", std::move(rules)},
                            {"hits", json_of_hits(judged.rehearsal.hits)}},
                           Lines::one);
}

}  // namespace spillway::ctl
