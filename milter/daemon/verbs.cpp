#include "daemon/verbs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "daemon/clock.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

constexpr std::size_t most_counters = 10000;

// RFC 3339 in UTC: readable, sortable, and no client needs our time zone.
std::string written(limits::Time time) {
    const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(limits::Clock::to_time_t(whole)));
}

json written(const std::optional<limits::Time>& time) {
    return time ? json(written(*time)) : json(nullptr);
}

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

// A key is "<limit>:<scope>:<value>"; the value may hold further colons (IPv6).
json described(const limits::Use& use, const policy::Policy& policy) {
    json row{{"key", use.key}, {"used", use.used}};
    const std::string name = use.key.substr(0, use.key.find(':'));
    const auto limit = std::ranges::find(policy.limits, name, &policy::Limit::name);
    if (limit != policy.limits.end()) {
        row["max"] = limit->rate.count;
        row["span_seconds"] =
            std::chrono::duration_cast<std::chrono::seconds>(limit->rate.span).count();
    }
    return row;
}

}  // namespace

Verbs::Verbs(const language::Settings& settings, PolicyHolder& holder, Reloader& reloader,
             limits::Counters& counters, const CountsFile* counts_file, const log::Metrics& metrics)
    : settings_(settings),
      holder_(holder),
      reloader_(reloader),
      counters_(counters),
      counts_file_(counts_file),
      metrics_(metrics),
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
    static constexpr std::array<Verb, 5> verbs{{{"status", &Verbs::status},
                                                {"reload", &Verbs::reload},
                                                {"counters", &Verbs::counters},
                                                {"reset", &Verbs::reset},
                                                {"metrics", &Verbs::metrics}}};
    const auto name = request.at("verb").get<std::string>();
    const auto verb = std::ranges::find(verbs, name, &Verb::name);
    if (verb == verbs.end()) throw std::runtime_error(fmt::format("unknown verb \"{}\"", name));
    return (this->*verb->run)(request);
}

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
            {"tests_passed", status.tests_run},
            {"failed_reload", last_failure(status)},
            {"waiting_for_restart", status.waiting_for_restart},
            {"counters", counters_.describe()},
            {"counts_file", save_state(counts_file_)}};
}

json Verbs::reload(const json&) {
    const ReloadResult result = reloader_.reload();
    json reply{{"ok", result.replaced},
               {"generation", result.generation},
               {"mistakes", result.mistakes},
               {"warnings", result.warnings},
               {"waiting_for_restart", result.waiting_for_restart}};
    if (!result.replaced) {
        reply["error"] = fmt::format("generation {} stays in force", result.generation);
    }
    return reply;
}

json Verbs::counters(const json& request) {
    const auto prefix = request.value("prefix", std::string());
    const auto most =
        std::clamp<std::size_t>(request.value("most", std::size_t{100}), 1, most_counters);
    const auto policy = holder_.current();
    json rows = json::array();
    for (const limits::Use& use : counters_.list(prefix, most, now())) {
        rows.push_back(described(use, *policy));
    }
    return {{"ok", true}, {"counters", std::move(rows)}};
}

json Verbs::reset(const json& request) {
    const auto key = request.at("key").get<std::string>();
    if (counters_.reset(key)) return {{"ok", true}, {"key", key}};
    throw std::runtime_error(fmt::format("there is no counter {}", key));
}

json Verbs::metrics(const json&) { return {{"ok", true}, {"metrics", metrics_.text()}}; }

}  // namespace spillway::daemon
