#include "daemon/process.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "daemon/clock.h"
#include "daemon/folders.h"
#include "daemon/readiness.h"
#include "extract/program.h"
#include "limits/memory_counters.h"
#include "store/open.h"
#include "store/redis_counters.h"

namespace spillway::daemon {

namespace {

language::LogSetting log_setting(const Process::Start& start) {
    language::LogSetting setting = start.first.settings.log;
    if (start.log_to_stderr) setting.target = language::LogTarget::standard_error;
    return setting;
}

// Nothing from here on needs root; the log is opened by who writes it.
language::LogSetting log_setting_after_dropping(const Process::Start& start) {
    language::LogSetting setting = log_setting(start);
    give_log_file(setting, start.owner);
    if (start.owner) become(*start.owner);
    return setting;
}

std::optional<Gate> opened_gate(const language::Settings& settings,
                                const std::optional<Account>& owner) {
    std::optional<Gate> gate;
    if (settings.gate) gate.emplace(*settings.gate, owner);
    return gate;
}

// Reading is work of the processor: more at a time would only wait for each other.
std::size_t documents_at_a_time() { return std::max(2U, std::thread::hardware_concurrency()); }

}  // namespace

Process::Process(const Start& start)
    : settings_(start.first.settings),
      control_(settings_.control, start.owner),
      metrics_endpoint_(opened_endpoint()),
      gate_(opened_gate(settings_, start.owner)),
      log_(log_setting_after_dropping(start)),
      counters_(opened_counters()),
      suppressions_(settings_.counters,
                    [this](const std::string& notice) { log_.warning(notice); }),
      counts_file_(loaded_counts_file()),
      changes_file_(loaded_changes_file()),
      suppressions_file_(loaded_suppressions_file()),
      extractor_({.program = extract::reading_program(),
                  .spool_folder = spool_folder(settings_),
                  .spool_above = settings_.spool_above,
                  .processes = documents_at_a_time()}),
      lookups_(settings_.counters, [this](const std::string& notice) { log_.warning(notice); }),
      archives_([this](const std::string& notice) { log_.warning(notice); }),
      holder_(start.first.policy, start.first.tests_run, now()),
      abuse_keys_(settings_.abuse_keys),
      notices_(
          {.sendmail = settings_.sendmail, .host = host_name()},
          [this] { return holder_.current()->notice_form; }, log_, metrics_),
      reloader_(start.config, start.first, holder_, abuse_keys_, log_, metrics_),
      verbs_(settings_, holder_, reloader_, surroundings_, counts_file_.get()),
      housekeeping_(control_, metrics_endpoint_.get(),
                    {.answer = [this](std::string_view request) { return verbs_.answer(request); },
                     .metrics = [this] { return metrics_.text(); },
                     .reload = [this] { reloader_.reload(); },
                     .save = [this] { save_when_due(); }},
                    log_),
      surroundings_{
          .current_policy = [this] { return holder_.current(); },
          .counters = *counters_,
          .log = log_,
          .metrics = metrics_,
          .spool_dir = spool_folder(settings_),
          .spool_above = settings_.spool_above,
          .now = now,
          .tell = [this](const policy::Notice& notice) { notices_.tell(notice); },
          .is_our_notice = [this](std::string_view name) { return notices_.take(name); },
          .read_document =
              [this](const extract::Extractor::Document& document, const extract::Source& source,
                     const extract::Limits& limits, extract::Deadline deadline) {
                  return extractor_.read(document, source, limits, deadline);
              },
          .look_up =
              [this](const std::vector<match::Question>& questions) {
                  return lookups_.answer(questions);
              },
          .current_keys = [this] { return abuse_keys_.current(); },
          .archives = &archives_,
          .suppressions = &suppressions_} {
    open_archives(*start.first.policy);
}

// Here a mistake keeps the daemon from starting; that of a later policy defers its messages.
void Process::open_archives(const policy::Policy& policy) {
    for (const auto& [name, place] : policy.archives) {
        try {
            archives_.open(place);
        } catch (const std::exception& mistake) {
            throw std::runtime_error(fmt::format("archive {}: {}", name, mistake.what()));
        }
    }
}

std::unique_ptr<MetricsEndpoint> Process::opened_endpoint() const {
    if (!settings_.metrics) return nullptr;
    return std::make_unique<MetricsEndpoint>(*settings_.metrics);
}

std::unique_ptr<limits::Counters> Process::opened_counters() {
    check_writable(spool_folder(settings_));
    return store::open_counters(
        settings_.counters, [this](const std::string& notice) { log_.warning(notice); },
        store::watch_for(metrics_));
}

std::unique_ptr<CountsFile> Process::loaded_counts_file() {
    auto* const memory = dynamic_cast<limits::MemoryCounters*>(counters_.get());
    if (memory == nullptr) return nullptr;
    auto file = std::make_unique<CountsFile>(settings_.state_dir, *memory, log_);
    file->load(now());
    return file;
}

std::unique_ptr<ChangesFile> Process::loaded_changes_file() {
    auto* const redis = dynamic_cast<store::RedisCounters*>(counters_.get());
    if (redis == nullptr) return nullptr;
    auto file = std::make_unique<ChangesFile>(settings_.state_dir, redis->settler(), log_);
    file->load(now());
    return file;
}

// In the folder that the counts' file has taken for this process alone.
std::unique_ptr<SuppressionsFile> Process::loaded_suppressions_file() {
    if (suppressions_.table() == nullptr) return nullptr;
    auto file =
        std::make_unique<SuppressionsFile>(settings_.state_dir, *suppressions_.table(), log_);
    file->load(now());
    return file;
}

void Process::ready() {
    housekeeper_ = std::jthread([this](const std::stop_token& stop) { housekeeping_.run(stop); });
    if (gate_) gate_->open(surroundings_);
    const auto policy = holder_.current();
    log_.info(fmt::format("ready: rules {}, limits {}, counters {}", policy->rules.size(),
                          policy->limits.size(), counters_->describe()));
    fmt::print(stderr, "spillwayd: ready\n");
    tell_manager("READY=1");
}

void Process::stop() {
    housekeeper_.request_stop();
    if (housekeeper_.joinable()) housekeeper_.join();
    if (gate_) gate_->stop();
    control_.close();
    if (counts_file_) counts_file_->save(now());
    notices_.stop();
    log_.info("stopped");
}

void Process::save_when_due() {
    if (counts_file_) counts_file_->save_when_due(now(), std::chrono::steady_clock::now());
    if (changes_file_) changes_file_->begin_next_when_grown();
    if (suppressions_file_) suppressions_file_->begin_next_when_grown(now());
}

}  // namespace spillway::daemon
