#include "log/metrics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "log/rule_metrics.h"

namespace spillway::log {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

using Boundaries = Histogram::BucketBoundaries;

// Redis: a call takes well below a millisecond and is given up after 150 by default. A stage: from
// a rule on the login to the text of a large message.
const Boundaries redis_seconds{50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                               10e-3, 20e-3,  50e-3,  0.1,    0.2,  0.5,  1};
const Boundaries stage_seconds{50e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3,
                               50e-3, 0.1,    0.2,    0.5,  1,    2,    5};
// Where people begin to look: half, near, full.
const Boundaries use_ratios{0.1, 0.25, 0.5, 0.8, 0.9, 0.95, 0.999, 1};

constexpr std::array verdicts{"accept", "quarantine", "reject", "defer", "discard"};
constexpr std::array kept_results{"kept", "deferred"};
constexpr std::array log_in_results{"allowed", "refused"};
constexpr std::array notice_kinds{"mail", "webhook"};
constexpr std::array notice_results{"sent", "retried", "failed", "dropped"};
constexpr std::array redis_results{"answered", "failed", "not-made"};
constexpr std::array stages{policy::Stage::mail, policy::Stage::recipient, policy::Stage::data,
                            policy::Stage::headers, policy::Stage::message};

double seconds(Metrics::Duration took) { return std::chrono::duration<double>(took).count(); }

const char* result_of(const limits::Answer& answer) {
    if (std::holds_alternative<limits::Granted>(answer)) return "granted";
    if (std::holds_alternative<limits::Exceeded>(answer)) return "exceeded";
    if (std::holds_alternative<limits::Unavailable>(answer)) return "unavailable";
    return "not-asked";
}

// How much of its maximum was used by whoever was charged; nullopt where there is none.
std::optional<double> use_ratio(const limits::Answer& answer) {
    const auto ratio = [](const auto& counted) -> std::optional<double> {
        if (counted.max <= 0 || counted.max == limits::unlimited) return std::nullopt;
        return static_cast<double>(counted.used) / static_cast<double>(counted.max);
    };
    if (const auto* granted = std::get_if<limits::Granted>(&answer)) return ratio(*granted);
    if (const auto* exceeded = std::get_if<limits::Exceeded>(&answer)) return ratio(*exceeded);
    return std::nullopt;
}

// Memory that ran out for a count must not defer the message it counts.
template <typename Work>
void harmlessly(const Work& work) noexcept {
    try {
        work();
    } catch (...) {  // NOLINT(bugprone-empty-catch): the count is lost, on purpose
    }
}

class Makers {
  public:
    explicit Makers(prometheus::Registry& registry) : registry_(registry) {}

    Family<Counter>& counters(const char* name, const char* help) const {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
    }
    Family<Gauge>& gauges(const char* name, const char* help) const {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
    }
    Family<Histogram>& histograms(const char* name, const char* help) const {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
    }

  private:
    prometheus::Registry& registry_;
};

}  // namespace

// The families; of those whose labels have few values the children too, so that they are there
// with 0 before the first event, as rate() wants it.
struct Metrics::Instruments {
    prometheus::Registry registry;
    Makers make{registry};

    Family<Counter>& messages =
        make.counters("spillway_messages_total", "Messages that were decided.");
    Family<Counter>& recipients =
        make.counters("spillway_recipients_total", "Recipients of the messages that were decided.");
    Family<Counter>& refused_recipients =
        make.counters("spillway_refused_recipients_total", "Recipients refused alone.");
    Counter& bytes =
        make.counters("spillway_bytes_total", "Bytes of the messages whose size was looked at.")
            .Add({});
    Family<Counter>& limit_charges =
        make.counters("spillway_limit_charges_total", "What limits answered.");
    Family<Histogram>& limit_use = make.histograms(
        "spillway_limit_use_ratio", "Use of a limit by who was charged, 1 is its maximum.");
    Family<Histogram>& stage = make.histograms(
        "spillway_stage_seconds", "How long judging took at each stage, counters included.");

    Family<Counter>& footers = make.counters("spillway_footers_total", "What became of footers.");

    Gauge& connections =
        make.gauges("spillway_connections", "Connections of the mail server.").Add({});
    Family<Counter>& archived =
        make.counters("spillway_archived_total", "Messages that were to be kept in an archive.");
    Family<Counter>& log_ins =
        make.counters("spillway_log_ins_total", "Log-ins to mailboxes that were counted.");
    Family<Counter>& notices =
        make.counters("spillway_notices_total", "Notices about the use of limits.");

    Family<Counter>& redis_calls = make.counters("spillway_redis_calls_total", "Calls to Redis.");
    Histogram& redis_latency =
        make.histograms("spillway_redis_latency_seconds", "How long Redis took to answer.")
            .Add({}, redis_seconds);
    Gauge& redis_breaker = make.gauges("spillway_redis_breaker_open",
                                       "1 while Redis is silent and limits do without it.")
                               .Add({});

    Gauge& generation =
        make.gauges("spillway_policy_generation", "Policies loaded since the start.").Add({});
    Gauge& loaded_at = make.gauges("spillway_policy_loaded_timestamp_seconds",
                                   "When the policy in force was loaded.")
                           .Add({});
    Gauge& faulty_folders =
        make.gauges("spillway_faulty_folders", "Folders of accounts that have mistakes.").Add({});
    Counter& reload_failures =
        make.counters("spillway_reload_failures_total", "Reloads that were refused.").Add({});
    Family<Gauge>& build =
        make.gauges("spillway_build_info", "1, with the version of the program.");

    Instruments() {
        for (const char* verdict : verdicts) recipients.Add({{"verdict", verdict}});
        for (const char* result : log_in_results) log_ins.Add({{"result", result}});
        for (const char* kind : notice_kinds)
            for (const char* result : notice_results)
                notices.Add({{"kind", kind}, {"result", result}});
        for (const char* result : redis_results) redis_calls.Add({{"result", result}});
        for (const policy::Stage one : stages) of(one);
    }
    Histogram& of(policy::Stage one) {
        return stage.Add({{"stage", policy::name_of(one)}}, stage_seconds);
    }
    void charge(const policy::LimitReport& report) {
        limit_charges.Add({{"limit", report.limit}, {"result", result_of(report.answer)}})
            .Increment();
        if (const auto ratio = use_ratio(report.answer))
            limit_use.Add({{"limit", report.limit}}, use_ratios).Observe(*ratio);
    }
};

Metrics::Metrics(std::string_view version) : instruments_(std::make_unique<Instruments>()) {
    instruments_->build.Add({{"version", std::string(version)}}).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::message(const MessageRecord& record) noexcept {
    harmlessly([&] {
        Instruments& to = *instruments_;
        const std::string by(record.decided_by);
        if (record.stage == policy::Stage::recipient)
            return to.refused_recipients.Add({{"by", by}}).Increment();
        const std::string verdict = policy::name_of(record.verdict);
        to.messages.Add({{"verdict", verdict}, {"by", by}}).Increment();
        to.recipients.Add({{"verdict", verdict}})
            .Increment(static_cast<double>(record.message.recipients.size()));
        if (record.decision == nullptr) return;
        if (record.message.size_known) to.bytes.Increment(static_cast<double>(record.message.size));
        for (const auto& limit : record.decision->limits) to.charge(limit);
        for (const auto& footer : record.decision->footers)
            to.footers.Add({{"footer", footer.footer}, {"fate", policy::name_of(footer.fate)}})
                .Increment();
    });
}

void Metrics::stage(policy::Stage stage, Duration took) noexcept {
    harmlessly([&] { instruments_->of(stage).Observe(seconds(took)); });
}

void Metrics::connection_opened() noexcept { instruments_->connections.Increment(); }
void Metrics::connection_closed() noexcept { instruments_->connections.Decrement(); }

void Metrics::log_in(bool allowed) noexcept {
    harmlessly([&] {
        instruments_->log_ins.Add({{"result", log_in_results.at(allowed ? 0 : 1)}}).Increment();
    });
}

void Metrics::notice(NoticeKind kind, NoticeResult result) noexcept {
    harmlessly([&] {
        const auto* kind_word = notice_kinds.at(static_cast<std::size_t>(kind));
        const auto* result_word = notice_results.at(static_cast<std::size_t>(result));
        instruments_->notices.Add({{"kind", kind_word}, {"result", result_word}}).Increment();
    });
}

void Metrics::archived(const std::string& archive, bool kept) noexcept {
    harmlessly([&] {
        instruments_->archived
            .Add({{"archive", archive}, {"result", kept_results.at(kept ? 0 : 1)}})
            .Increment();
    });
}

void Metrics::redis_call(RedisResult result, Duration took) noexcept {
    harmlessly([&] {
        const auto* word = redis_results.at(static_cast<std::size_t>(result));
        instruments_->redis_calls.Add({{"result", word}}).Increment();
        if (result != RedisResult::not_made) instruments_->redis_latency.Observe(seconds(took));
    });
}

void Metrics::redis_breaker(bool open) noexcept { instruments_->redis_breaker.Set(open ? 1 : 0); }

void Metrics::faulty_folders(std::size_t count) noexcept {
    instruments_->faulty_folders.Set(static_cast<double>(count));
}

void Metrics::policy_loaded(std::uint64_t generation, limits::Time at) noexcept {
    instruments_->generation.Set(static_cast<double>(generation));
    instruments_->loaded_at.Set(std::chrono::duration<double>(at.time_since_epoch()).count());
}

void Metrics::reload_failed() noexcept { instruments_->reload_failures.Increment(); }

std::string Metrics::text() const {
    std::ostringstream out;
    auto families = instruments_->registry.Collect();
    std::ranges::move(families_of(rules_.report()), std::back_inserter(families));
    prometheus::TextSerializer().Serialize(out, families);
    return std::move(out).str();
}

}  // namespace spillway::log
