#include "log/metrics.h"

#include <thread>

#include <boost/test/unit_test.hpp>

namespace spillway {
namespace {

using namespace std::chrono_literals;
using log::Metrics;

// Metrics of a process, and messages for them.
struct Counted {
    Metrics metrics{"1.2.3"};
    policy::Message message;
    policy::Identity identity{};
    policy::Decision decision;

    Counted() {
        message.recipients = {{{"bob", "b.example"}, ""}, {{"eve", "c.example"}, ""}};
        message.size = 1000;
    }
    void end() {
        metrics.message({.message = message,
                         .identity = identity,
                         .verdict = decision.verdict,
                         .decided_by = decision.decided_by,
                         .decision = &decision});
    }
    void refuse(policy::Stage stage, const std::string& by) {
        const policy::Verdict verdict = policy::Reject{};
        metrics.message({.message = message,
                         .identity = identity,
                         .stage = stage,
                         .verdict = verdict,
                         .decided_by = by});
    }
    bool has(const std::string& line) const {
        return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
    }
};

policy::LimitReport report(const std::string& limit, limits::Answer answer) {
    policy::LimitReport made;
    made.limit = limit;
    made.answer = std::move(answer);
    return made;
}

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_FIXTURE_TEST_CASE(messages_are_counted_by_verdict_and_who_decided, Counted) {
    end();
    end();
    decision.verdict = policy::Reject{};
    decision.decided_by = "limit hour";
    end();
    BOOST_TEST(has(R"(spillway_messages_total{by="",verdict="accept"} 2)"));
    BOOST_TEST(has(R"(spillway_messages_total{by="limit hour",verdict="reject"} 1)"));
    BOOST_TEST(has(R"(spillway_recipients_total{verdict="accept"} 4)"));
    BOOST_TEST(has(R"(spillway_recipients_total{verdict="reject"} 2)"));
    BOOST_TEST(has("spillway_bytes_total 3000"));
}

BOOST_FIXTURE_TEST_CASE(bytes_that_were_not_measured_are_not_counted, Counted) {
    message.size_known = false;
    end();
    BOOST_TEST(has("spillway_bytes_total 0"));
}

BOOST_FIXTURE_TEST_CASE(a_refused_recipient_is_no_message, Counted) {
    refuse(policy::Stage::recipient, "rule no");
    BOOST_TEST(has(R"(spillway_refused_recipients_total{by="rule no"} 1)"));
    BOOST_TEST(metrics.text().find("spillway_messages_total{") == std::string::npos);
    refuse(policy::Stage::data, "rule no");
    BOOST_TEST(has(R"(spillway_messages_total{by="rule no",verdict="reject"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(limits_are_counted_by_what_they_answered, Counted) {
    decision.limits = {report("hour", limits::Granted{3}), report("month", limits::Exceeded{9, {}}),
                       report("day", limits::Unavailable{"silent"})};
    end();
    BOOST_TEST(has(R"(spillway_limit_charges_total{limit="hour",result="granted"} 1)"));
    BOOST_TEST(has(R"(spillway_limit_charges_total{limit="month",result="exceeded"} 1)"));
    BOOST_TEST(has(R"(spillway_limit_charges_total{limit="day",result="unavailable"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(what_senders_choose_makes_no_series, Counted) {
    end();
    const auto lines = [&] {
        const std::string text = metrics.text();
        return std::count(text.begin(), text.end(), '\n');
    };
    const auto before = lines();
    for (int i = 0; i < 100; ++i) {
        message.user = identity.user = identity.domain = "x" + std::to_string(i);
        message.sender = {"y" + std::to_string(i), "z.example"};
        message.queue_id = std::to_string(i);
        end();
    }
    BOOST_TEST(lines() == before);
}

BOOST_FIXTURE_TEST_CASE(times_fall_into_buckets, Counted) {
    metrics.stage(policy::Stage::message, 3ms);
    BOOST_TEST(has(R"(spillway_stage_seconds_bucket{stage="message",le="0.002"} 0)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_bucket{stage="message",le="0.005"} 1)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_count{stage="mail"} 0)"));
    metrics.redis_call(log::RedisResult::answered, 150us);
    metrics.redis_call(log::RedisResult::not_made, 10s);
    BOOST_TEST(has(R"(spillway_redis_latency_seconds_bucket{le="0.0001"} 0)"));
    BOOST_TEST(has(R"(spillway_redis_latency_seconds_bucket{le="0.0002"} 1)"));
    BOOST_TEST(has("spillway_redis_latency_seconds_count 1"));
    BOOST_TEST(has(R"(spillway_redis_calls_total{result="not-made"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(gauges_say_how_it_is_now, Counted) {
    metrics.connection_opened();
    metrics.connection_opened();
    metrics.connection_closed();
    metrics.redis_breaker(true);
    metrics.policy_loaded(7, limits::Time(1'700'000'000'500ms));
    metrics.reload_failed();
    BOOST_TEST(has("spillway_connections 1"));
    BOOST_TEST(has("spillway_redis_breaker_open 1"));
    metrics.redis_breaker(false);
    BOOST_TEST(has("spillway_redis_breaker_open 0"));
    BOOST_TEST(has("spillway_policy_generation 7"));
    BOOST_TEST(has("spillway_policy_loaded_timestamp_seconds 1700000000.5"));
    BOOST_TEST(has("spillway_reload_failures_total 1"));
    BOOST_TEST(has(R"(spillway_build_info{version="1.2.3"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(notices_are_there_with_zero_before_the_first, Counted) {
    BOOST_TEST(has(R"(spillway_notices_total{kind="webhook",result="failed"} 0)"));
    metrics.notice(log::NoticeKind::webhook, log::NoticeResult::failed);
    BOOST_TEST(has(R"(spillway_notices_total{kind="webhook",result="failed"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(threads_lose_no_count, Counted) {
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([this] {
                for (int n = 0; n < 500; ++n) {
                    end();
                    metrics.stage(policy::Stage::mail, 1us);
                    if (n % 100 == 0) metrics.text();
                }
            });
    }
    BOOST_TEST(has(R"(spillway_messages_total{by="",verdict="accept"} 2000)"));
    BOOST_TEST(has(R"(spillway_stage_seconds_count{stage="mail"} 2000)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace spillway
