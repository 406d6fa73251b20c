#include "daemon/reload.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <future>
#include <thread>

#include <fmt/format.h>

#include "daemon/clock.h"
#include "daemon/pattern_file.h"
#include "policy/words.h"

namespace spillway::daemon {

std::vector<std::string> waiting_for_restart(const language::Settings& running,
                                             const language::Settings& loaded) {
    using language::Settings;
    std::vector<std::string> names;
    const auto compare = [&](const char* name, auto member) {
        if (!(running.*member == loaded.*member)) names.emplace_back(name);
    };
    compare("listen", &Settings::listen);
    compare("control", &Settings::control);
    compare("gate", &Settings::gate);
    compare("counters", &Settings::counters);
    compare("state-dir", &Settings::state_dir);
    compare("spool-dir", &Settings::spool_dir);
    compare("spool-above", &Settings::spool_above);
    compare("user", &Settings::user);
    compare("log", &Settings::log);
    compare("metrics", &Settings::metrics);
    compare("sendmail", &Settings::sendmail);
    return names;
}

std::vector<std::string> texts_of(const language::Diagnostics& diagnostics,
                                  language::Severity severity) {
    std::vector<std::string> texts;
    for (const language::Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == severity) texts.push_back(diagnostic.text());
    }
    return texts;
}

std::vector<std::string> folder_mistakes(const language::Generation& generation) {
    std::vector<std::string> texts = texts_of(generation.of_folders, language::Severity::error);
    if (!generation.policy) return texts;
    for (const policy::FaultyFolder& folder : generation.policy->faulty_folders)
        texts.push_back(policy::in_words(folder));
    return texts;
}

namespace {

constexpr int gives_way = 10;  // of nice(1)

// Thousands of patterns take a core for seconds: in a thread of its own, which the kernel runs
// after those that serve mail.
language::Generation loaded_giving_way(const std::string& config,
                                       const language::FolderTexts& former) {
    std::packaged_task<language::Generation()> load([&] {
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), gives_way);
        return language::load(config, disk_files_and_patterns(), former);
    });
    auto result = load.get_future();
    const std::jthread thread(std::move(load));
    return result.get();
}

}  // namespace

Reloader::Reloader(std::string config, const language::Generation& first, PolicyHolder& holder,
                   AbuseKeys& keys, log::Log& log, log::Metrics& metrics)
    : config_(std::move(config)),
      running_(first.settings),
      folders_(first.folders),
      holder_(holder),
      keys_(keys),
      log_(log),
      metrics_(metrics) {
    metrics_.rules().replace(holder_.current());
    tell_metrics();
    warn_of_folders(folder_mistakes(first));
}

void Reloader::warn_of_folders(const std::vector<std::string>& mistakes) const {
    for (const std::string& mistake : mistakes) log_.error(mistake);
}

void Reloader::tell_metrics() const {
    const PolicyStatus status = holder_.status();
    metrics_.policy_loaded(status.generation, status.loaded_at);
    metrics_.faulty_folders(holder_.current()->faulty_folders.size());
}

ReloadResult Reloader::reload() {
    log_.reopen();
    try {
        language::Generation loaded = loaded_giving_way(config_, folders_);
        if (!loaded.policy || loaded.diagnostics.has_errors()) {
            return refused(texts_of(loaded.diagnostics, language::Severity::error));
        }
        auto keys = AbuseKeys::read(loaded.settings.abuse_keys);
        if (!keys) return refused({keys.error()});
        keys_.replace(*std::move(keys));
        return accepted(std::move(loaded));
    } catch (const std::exception& error) {  // a folder that cannot be listed, memory that ran out
        return refused({error.what()});
    }
}

ReloadResult Reloader::refused(std::vector<std::string> mistakes) {
    for (const std::string& mistake : mistakes) log_.error(mistake);
    const std::uint64_t generation = holder_.status().generation;
    log_.error(fmt::format(
        "reload refused: {} in {}; generation {} stays in force",
        mistakes.size() == 1 ? "1 mistake" : fmt::format("{} mistakes", mistakes.size()), config_,
        generation));
    holder_.keep(mistakes, now());
    metrics_.reload_failed();
    return {.replaced = false,
            .generation = generation,
            .mistakes = std::move(mistakes),
            .warnings = {},
            .waiting_for_restart = {},
            .folder_mistakes = {}};
}

ReloadResult Reloader::accepted(language::Generation loaded) {
    ReloadResult result;
    result.replaced = true;
    result.warnings = texts_of(loaded.diagnostics, language::Severity::warning);
    result.waiting_for_restart = waiting_for_restart(running_, loaded.settings);
    for (const std::string& warning : result.warnings) log_.warning(warning);
    if (!result.waiting_for_restart.empty()) {
        log_.warning(fmt::format("changed settings that wait for a restart: {}",
                                 fmt::join(result.waiting_for_restart, ", ")));
    }
    result.folder_mistakes = folder_mistakes(loaded);
    warn_of_folders(result.folder_mistakes);
    folders_ = std::move(loaded.folders);
    const std::size_t rules = loaded.policy->rules.size();
    const std::size_t folders = loaded.policy->folders.size();
    const std::size_t limits = loaded.policy->limits.size();
    metrics_.rules().replace(loaded.policy);  // before the first message it is in force for
    result.generation = holder_.replace(std::move(loaded.policy), loaded.tests_run,
                                        result.waiting_for_restart, now());
    tell_metrics();
    log_.info(fmt::format("generation {} loaded: rules {}, limits {}, tests passed {}{}",
                          result.generation, rules, limits, loaded.tests_run,
                          folders == 0 ? "" : fmt::format(", folders {}", folders)));
    return result;
}

}  // namespace spillway::daemon
