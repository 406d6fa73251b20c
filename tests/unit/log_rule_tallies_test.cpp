#include "log/rule_tallies.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "log/metrics.h"
#include "log/rule_metrics.h"
#include "unit/cpu_time.h"

namespace spillway {
namespace {

using namespace std::chrono_literals;
using log::RuleTallies;
using policy::Readings;

std::shared_ptr<const policy::Policy> policy_of(const std::vector<std::string>& rules) {
    auto policy = std::make_shared<policy::Policy>();
    for (const std::string& name : rules) {
        policy->rules.emplace_back().name = name;
        policy->rules.back().place = "p.conf:" + std::to_string(policy->rules.size());
    }
    return policy;
}

// r0, r1 and so on.
std::vector<std::string> numbered(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back("r" + std::to_string(i));
    return names;
}

// All rules asked for one message; each took as long.
Readings reading(const policy::Policy& policy, std::chrono::nanoseconds took,
                 std::uint32_t hits = 0) {
    Readings readings;
    readings.rules.resize(policy.rules.size(), {.took = took, .hits = hits, .asked = true});
    return readings;
}

struct Tallied {
    RuleTallies tallies;

    log::RuleTally of(const std::string& rule) const {
        for (const log::RuleTally& one : tallies.report().rules)
            if (one.rule == rule) return one;
        BOOST_FAIL("no rule " << rule);
        return {};
    }
};

BOOST_AUTO_TEST_SUITE(rule_tallies)

BOOST_FIXTURE_TEST_CASE(only_rules_that_were_asked_are_counted, Tallied) {
    const auto policy = policy_of({"a", "b"});
    tallies.replace(policy);
    BOOST_TEST(!tallies.report().costliest());
    Readings readings = reading(*policy, 5us, 1);
    readings.rules[1].asked = false;
    tallies.add(*policy, readings);
    BOOST_TEST(of("a").since_start.took.count() == 1U);
    BOOST_TEST(of("a").since_start.hits == 1U);
    BOOST_TEST(of("a").place == "p.conf:1");
    BOOST_TEST(of("b").since_start.took.count() == 0U);
    BOOST_TEST(tallies.report().costliest()->rule == "a");
}

BOOST_FIXTURE_TEST_CASE(rules_count_by_name_over_reloads, Tallied) {
    const auto first = policy_of({"gone", "kept"});
    tallies.replace(first);
    tallies.add(*first, reading(*first, 1us));
    const auto second = policy_of({"new", "kept"});
    tallies.replace(second);
    tallies.add(*second, reading(*second, 3us));
    BOOST_TEST(of("kept").since_start.took.count() == 2U);
    BOOST_TEST(of("kept").since_start.took.mean().count() == 2000);
    BOOST_TEST(of("kept").since_reload.took.count() == 1U);
    BOOST_TEST(of("kept").since_reload.took.mean().count() == 3000);
    BOOST_TEST(of("new").since_start.took.count() == 1U);
    BOOST_TEST(tallies.report().rules.size() == 2U);

    // A message that began before the reload ends after it.
    tallies.add(*first, reading(*first, 5us));
    BOOST_TEST(of("kept").since_reload.took.count() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_policy_nobody_told_of_is_not_counted, Tallied) {
    const auto stranger = policy_of({"a"});
    tallies.add(*stranger, reading(*stranger, 1us));
    BOOST_TEST(tallies.report().rules.empty());
    tallies.replace(policy_of({"a", "b"}));
    tallies.add(*stranger, reading(*stranger, 1us));
    BOOST_TEST(of("a").since_start.took.count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(reasons_are_counted_and_have_a_bound, Tallied) {
    const auto policy = policy_of({"a"});
    tallies.replace(policy);
    Readings readings = reading(*policy, 1us);
    readings.unsure = {{0, std::string(policy::costly_words)}, {0, "more text than is read"}};
    tallies.add(*policy, readings);
    tallies.add(*policy, readings);
    BOOST_TEST(of("a").since_start.times_unsure() == 4U);
    BOOST_TEST(of("a").since_start.times_out_of_budget() == 2U);
    BOOST_TEST(of("a").since_start.unsure.at("more text than is read") == 2U);
    for (int i = 0; i < 1000; ++i) {
        readings.unsure = {{0, "reason " + std::to_string(i)}};
        tallies.add(*policy, readings);
    }
    BOOST_TEST(of("a").since_start.unsure.size() <= 41U);
    BOOST_TEST(of("a").since_start.times_unsure() == 1004U);
}

BOOST_FIXTURE_TEST_CASE(shared_work_is_no_rules, Tallied) {
    const auto policy = policy_of({"a"});
    tallies.replace(policy);
    Readings readings = reading(*policy, 1us);
    readings.of(policy::SharedWork::scans) = 7us;
    tallies.add(*policy, readings);
    const auto report = tallies.report();
    BOOST_TEST(report.shared[2].rule == "scans");
    BOOST_TEST(report.shared[2].since_start.took.mean().count() == 7000);
    BOOST_TEST(report.shared[0].since_start.took.count() == 0U);
    BOOST_TEST(report.all_rules().count() == 1000);
}

BOOST_FIXTURE_TEST_CASE(threads_lose_no_count_while_policies_are_replaced, Tallied) {
    const auto first = policy_of({"a", "b"});
    tallies.replace(first);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 1000; ++n) tallies.add(*first, reading(*first, 1us, 1));
            });
        }
        for (int n = 0; n < 50; ++n) tallies.replace(policy_of({"b", "a"}));
        for (int n = 0; n < 50; ++n) BOOST_TEST(tallies.report().rules.size() == 2U);
    }
    BOOST_TEST(of("a").since_start.hits == 4000U);
    BOOST_TEST(of("b").since_start.took.count() == 4000U);
    BOOST_TEST(of("b").since_start.took.sum == 4ms);
}

BOOST_AUTO_TEST_CASE(the_series_have_a_bound_and_lose_nothing) {
    const auto policy = policy_of(numbered(log::most_rules_with_series + 500));
    log::Metrics metrics("1");
    metrics.rules().replace(policy);
    metrics.rules().add(*policy, reading(*policy, 2us, 1));
    const std::string text = metrics.text();
    const auto has = [&](const std::string& line) {
        return text.find("\n" + line + "\n") != std::string::npos;
    };
    BOOST_TEST(has("spillway_rule_hits_total{rule=\"r999\"} 1"));
    BOOST_TEST(!has("spillway_rule_hits_total{rule=\"r1000\"} 1"));
    BOOST_TEST(has("spillway_rule_hits_total{rule=\"(others)\"} 500"));
    BOOST_TEST(has("spillway_rule_seconds_count{rule=\"(others)\"} 500"));
    BOOST_TEST(text.size() < 500'000);
}

// The bookkeeping of 2,000 rules must be nothing beside reading one message.
BOOST_AUTO_TEST_CASE(counting_two_thousand_rules_takes_no_time) {
    const auto policy = policy_of(numbered(2000));
    RuleTallies tallies;
    tallies.replace(policy);
    const Readings readings = reading(*policy, 1us);
    const double took = cpu_seconds([&] {
        for (int i = 0; i < 1000; ++i) tallies.add(*policy, readings);
    });
    BOOST_TEST_MESSAGE("2,000 rules of a message are counted in " << took * 1000 << " us");
    BOOST_TEST(took < 1);  // a millisecond each
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
