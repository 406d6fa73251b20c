#include "daemon/verbs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "daemon/clock.h"
#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "policy/words.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

json listen_text(const language::Listen& listen) {
    if (const auto* local = std::get_if<language::UnixSocket>(&listen))
        return "unix:" + local->path;
    if (const auto* inet = std::get_if<language::InetSocket>(&listen)) {
        return fmt::format("inet:{}:{}", inet->host, inet->port);
    }
    return fmt::format("fd:{}", std::get<language::InheritedSocket>(listen).fd);
}

json last_failure(const PolicyStatus& status) {
    if (!status.failed) return nullptr;
    return {{"at", written(status.failed->at)}, {"mistakes", status.failed->mistakes}};
}

json save_state(const CountsFile* file) {
    if (file == nullptr) return nullptr;
    const SaveStatus status = file->status();
    return {{"file", status.path},
            {"saved_at", written(status.saved_at)},
            {"unsaved_changes", status.unsaved_changes},
            {"trouble", status.trouble}};
}

// The rule that messages waited for longest, of all the time they waited for rules.
json costliest_rule(const log::RuleTalliesReport& report) {
    const log::RuleTally* const rule = report.costliest();
    if (rule == nullptr) return nullptr;
    const log::Durations& took = rule->since_start.took;
    const auto all = std::max<std::int64_t>(report.all_rules().count(), 1);
    return {{"rule", rule->rule},
            {"mean_ns", took.mean().count()},
            {"p99_ns", took.quantile(0.99).count()},
            {"percent", took.sum.count() * 100 / all}};
}

struct LimitVerb {
    std::string_view name;
    json (*run)(const json&, const session::Surroundings&);
};
constexpr std::array<LimitVerb, 14> about_limits{{{"limit-set", &set_plan},
                                                  {"limit-unset", &unset_plan},
                                                  {"limits", &plans},
                                                  {"suspend", &suspend},
                                                  {"unsuspend", &unsuspend},
                                                  {"suspended", &suspended},
                                                  {"explain", &explain},
                                                  {"top", &top},
                                                  {"counters", &counters},
                                                  {"rules", &rules},
                                                  {"suppress", &suppress},
                                                  {"unsuppress", &unsuppress},
                                                  {"suppressions", &suppressions},
                                                  {"login", &login}}};

}  // namespace

Verbs::Verbs(const language::Settings& settings, PolicyHolder& holder, Reloader& reloader,
             const session::Surroundings& around, const CountsFile* counts_file)
    : settings_(settings),
      holder_(holder),
      reloader_(reloader),
      around_(around),
      counts_file_(counts_file),
      started_(now()) {}

std::string Verbs::answer(std::string_view request) noexcept {
    json reply;
    try {
        reply = reply_to(json::parse(request));
    } catch (const json::exception&) {
        reply = {{"ok", false}, {"error", "the request is not as spillwayctl(8) describes it"}};
    } catch (const std::exception& error) {
        reply = {{"ok", false}, {"error", error.what()}};
    }
    // Keys of counters come from mail and may hold any bytes.
    return reply.dump(-1, ' ', false, json::error_handler_t::replace);
}

json Verbs::reply_to(const json& request) {
    struct Verb {
        std::string_view name;
        json (Verbs::*run)(const json&);
    };
    static constexpr std::array<Verb, 4> own{{{"status", &Verbs::status},
                                              {"reload", &Verbs::reload},
                                              {"reset", &Verbs::reset},
                                              {"metrics", &Verbs::metrics}}};
    const auto name = request.at("verb").get<std::string>();
    if (const auto verb = std::ranges::find(own, name, &Verb::name); verb != own.end())
        return (this->*verb->run)(request);
    if (const auto verb = std::ranges::find(about_limits, name, &LimitVerb::name);
        verb != about_limits.end())
        return verb->run(request, around_);
    throw std::runtime_error(fmt::format("unknown verb \"{}\"", name));
}

namespace {

std::vector<std::string> faulty_folders(const policy::Policy& policy) {
    std::vector<std::string> texts;
    for (const policy::FaultyFolder& folder : policy.faulty_folders)
        texts.push_back(policy::in_words(folder));
    return texts;
}

}  // namespace

json Verbs::status(const json&) {
    const PolicyStatus status = holder_.status();
    const auto policy = holder_.current();
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(now() - started_);
    return {{"ok", true},
            {"version", SPILLWAY_VERSION},
            {"pid", ::getpid()},
            {"started_at", written(started_)},
            {"uptime_seconds", uptime.count()},
            {"config", reloader_.config()},
            {"listen", listen_text(settings_.listen)},
            {"generation", status.generation},
            {"loaded_at", written(status.loaded_at)},
            {"rules", policy->rules.size()},
            {"limits", policy->limits.size()},
            {"folders", policy->folders.size()},
            {"faulty_folders", faulty_folders(*policy)},
            {"tests_passed", status.tests_run},
            {"costliest_rule", costliest_rule(around_.metrics.rules().report())},
            {"failed_reload", last_failure(status)},
            {"waiting_for_restart", status.waiting_for_restart},
            {"counters", around_.counters.describe()},
            {"counts_file", save_state(counts_file_)}};
}

json Verbs::reload(const json&) {
    const ReloadResult result = reloader_.reload();
    json reply{{"ok", result.replaced},
               {"generation", result.generation},
               {"mistakes", result.mistakes},
               {"warnings", result.warnings},
               {"waiting_for_restart", result.waiting_for_restart},
               {"folder_mistakes", result.folder_mistakes}};
    if (!result.replaced) {
        reply["error"] = fmt::format("generation {} stays in force", result.generation);
    }
    return reply;
}

json Verbs::reset(const json& request) {
    const auto key = request.at("key").get<std::string>();
    if (around_.counters.reset(key)) return {{"ok", true}, {"key", key}};
    throw std::runtime_error(fmt::format("there is no counter {}", key));
}

json Verbs::metrics(const json&) { return {{"ok", true}, {"metrics", around_.metrics.text()}}; }

}  // namespace spillway::daemon
