#include "log/rule_metrics.h"

#include <algorithm>
#include <string>
#include <utility>

namespace spillway::log {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double told_quantile = 0.99;

double in_seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

MetricFamily family(const char* name, const char* help, MetricType type) {
    return {.name = name, .help = help, .type = type, .metric = {}};
}

ClientMetric& add_to(MetricFamily& family, const char* label, const std::string& value) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label.push_back({label, value});
    return metric;
}

void add_times(MetricFamily& family, const char* label, const RuleTally& tally) {
    const Durations& took = tally.since_start.took;
    ClientMetric::Summary& summary = add_to(family, label, tally.rule).summary;
    summary.sample_count = took.count();
    summary.sample_sum = in_seconds(took.sum);
    summary.quantile.push_back({told_quantile, in_seconds(took.quantile(told_quantile))});
}

// Those with series of their own, and all others as one.
std::vector<RuleTally> bounded(const std::vector<RuleTally>& rules) {
    const auto own = std::min(rules.size(), most_rules_with_series);
    std::vector<RuleTally> result(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(own));
    if (own == rules.size()) return result;
    RuleTally others;
    others.rule = "(others)";
    for (std::size_t i = own; i < rules.size(); ++i) others.since_start += rules[i].since_start;
    result.push_back(std::move(others));
    return result;
}

}  // namespace

std::vector<MetricFamily> families_of(const RuleTalliesReport& report) {
    MetricFamily times = family("spillway_rule_seconds", "How long messages waited for a rule.",
                                MetricType::Summary);
    MetricFamily hits =
        family("spillway_rule_hits_total",
               "Messages, and recipients refused alone, that a rule matched.", MetricType::Counter);
    MetricFamily unsure =
        family("spillway_rule_cannot_tell_total", "Messages about which a rule could not tell.",
               MetricType::Counter);
    MetricFamily shared =
        family("spillway_rules_shared_seconds",
               "How long messages waited for what all rules share.", MetricType::Summary);
    for (const RuleTally& tally : bounded(report.rules)) {
        if (tally.since_start.took.count() == 0) continue;
        add_times(times, "rule", tally);
        add_to(hits, "rule", tally.rule).counter.value =
            static_cast<double>(tally.since_start.hits);
        for (const auto& [why, count] : tally.since_start.unsure) {
            ClientMetric& metric = add_to(unsure, "rule", tally.rule);
            metric.label.push_back({"reason", why});
            metric.counter.value = static_cast<double>(count);
        }
    }
    for (const RuleTally& work : report.shared)
        if (!work.rule.empty()) add_times(shared, "work", work);
    return {std::move(times), std::move(hits), std::move(unsure), std::move(shared)};
}

}  // namespace spillway::log
