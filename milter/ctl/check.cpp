// spillwayctl check: would the daemon take these files?
#include <algorithm>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "policy/folders.h"
#include "policy/words.h"

namespace spillway::ctl {

namespace {

std::int64_t count_of(const language::Generation& generation, language::Severity severity) {
    const auto count = [&](const language::Diagnostics& diagnostics) {
        return std::ranges::count(diagnostics.all(), severity, &language::Diagnostic::severity);
    };
    return count(generation.diagnostics) + count(generation.of_folders);
}

// Nothing of a rule that is in force.
const char* mark_of(policy::Mode mode) {
    return mode == policy::Mode::enforce ? "" : policy::name_of(mode);
}

// Where a rule is known and where it may act differ when an earlier rule could still let the
// message go another way; that is worth seeing, because it decides whether one recipient is refused
// alone.
std::string stages(const policy::Policy& policy) {
    std::vector<std::vector<std::string>> rows;
    policy::for_each_rule(policy, [&](const policy::Rule& rule) {
        std::string stage = policy::name_of(rule.acts_at);
        if (rule.known_at != rule.acts_at) {
            stage += fmt::format(" (known at {})", policy::name_of(rule.known_at));
        }
        rows.push_back({rule.name, std::move(stage), mark_of(rule.mode)});
    });
    for (const policy::Limit& limit : policy.limits) {
        rows.push_back({limit.name, policy::limit_in_words(limit), "limit"});
    }
    return columns(rows, "  ");
}

nlohmann::json json_of(const language::Diagnostic& diagnostic) {
    return {{"file", diagnostic.place.file},
            {"line", diagnostic.place.line},
            {"column", diagnostic.place.column},
            {"severity", diagnostic.severity == language::Severity::error ? "error" : "warning"},
            {"message", diagnostic.message}};
}

// For editors and pipelines; the same whether the files are good or not.
nlohmann::json json_of(const std::string& file, const language::Generation& generation) {
    nlohmann::json diagnostics = nlohmann::json::array();
    for (const auto* all : {&generation.diagnostics, &generation.of_folders})
        for (const language::Diagnostic& one : all->all()) diagnostics.push_back(json_of(one));
    const auto* policy = generation.policy.get();
    return {{"file", file},
            {"ok", policy != nullptr && count_of(generation, language::Severity::error) == 0},
            {"rules", policy == nullptr ? 0 : policy->rules.size()},
            {"limits", policy == nullptr ? 0 : policy->limits.size()},
            {"folders", policy == nullptr ? 0 : policy->folders.size()},
            {"tests_passed", policy == nullptr ? 0 : generation.tests_run},
            {"diagnostics", std::move(diagnostics)}};
}

std::string summary(const std::string& file, const language::Generation& generation) {
    const policy::Policy& policy = *generation.policy;
    std::string text =
        fmt::format("{}: {}, {}, {} passed", file,
                    counted(static_cast<std::int64_t>(policy.rules.size()), "rule"),
                    counted(static_cast<std::int64_t>(policy.limits.size()), "limit"),
                    counted(generation.tests_run, "test"));
    if (!policy.folders.empty())
        text += ", " + counted(static_cast<std::int64_t>(policy.folders.size()), "folder");
    const std::int64_t warnings = count_of(generation, language::Severity::warning);
    return warnings == 0 ? text : text + ", " + counted(warnings, "warning");
}

// Mistakes in folders of accounts let the daemon start; each mail of such an account would wait.
[[noreturn]] void fail(const std::string& file, const language::Generation& generation) {
    std::string text = fmt::format(
        "{}: {}", file, counted(count_of(generation, language::Severity::error), "mistake"));
    if (generation.policy)
        for (const policy::FaultyFolder& folder : generation.policy->faulty_folders)
            text += "; " + policy::in_words(folder);
    throw Stopped(bad_configuration, text);
}

}  // namespace

int check(const Common& common, const CheckOptions& options) {
    const std::string file = options.file.empty() ? common.config : options.file;
    const language::Generation generation = loaded(file);
    if (common.json) print(json_text(json_of(file, generation)));
    const std::int64_t mistakes = count_of(generation, language::Severity::error);
    if (!generation.policy || mistakes > 0) fail(file, generation);
    if (common.json) return succeeded;
    print(summary(file, generation) + "\n");
    if (options.verbose) print(stages(*generation.policy));
    return succeeded;
}

}  // namespace spillway::ctl
