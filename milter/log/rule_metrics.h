// The tallies of rules as families of Prometheus: series whose number has a bound, however many
// rules there are and whatever mail brings.
#pragma once

#include <cstddef>
#include <vector>

#include <prometheus/metric_family.h>

#include "log/rule_tallies.h"

namespace spillway::log {

// The first so many rules of the policy have series of their own; the rest is one, "(others)". So
// the series stay the same from scrape to scrape.
inline constexpr std::size_t most_rules_with_series = 1000;

// Three series a rule for what it took (a summary with one quantile: a histogram would be sixteen),
// one for its hits, and one for each reason for which it could not tell so far.
std::vector<prometheus::MetricFamily> families_of(const RuleTalliesReport& report);

}  // namespace spillway::log
