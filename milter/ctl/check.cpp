// spillwayctl check: would the daemon take these files?
#include <algorithm>

#include "ctl/console.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

namespace {

std::int64_t count_of(const language::Generation& generation, language::Severity severity) {
    return std::ranges::count(generation.diagnostics.all(), severity,
                              &language::Diagnostic::severity);
}

const char* name_of(policy::Mode mode) {
    switch (mode) {
        case policy::Mode::enforce:
            return "";
        case policy::Mode::audit:
            return "audit";
        case policy::Mode::off:
            return "off";
    }
    return "";
}

// Where a rule is known and where it may act differ when an earlier rule could still let the
// message go another way; that is worth seeing, because it decides whether one recipient is refused
// alone.
std::string stages(const policy::Policy& policy) {
    std::vector<std::vector<std::string>> rows;
    for (const policy::Rule& rule : policy.rules) {
        std::string stage = policy::name_of(rule.acts_at);
        if (rule.known_at != rule.acts_at) {
            stage += fmt::format(" (known at {})", policy::name_of(rule.known_at));
        }
        rows.push_back({rule.name, std::move(stage), name_of(rule.mode)});
    }
    for (const policy::Limit& limit : policy.limits) {
        rows.push_back({limit.name,
                        fmt::format("{} in {}", with_commas(limit.rate.count),
                                    span_text(limit.rate.span.count() / 1000)),
                        "limit"});
    }
    return columns(rows, "  ");
}

}  // namespace

int check(const Common& common, const CheckOptions& options) {
    const std::string file = options.file.empty() ? common.config : options.file;
    const language::Generation generation = loaded(file);
    const std::int64_t mistakes = count_of(generation, language::Severity::error);
    if (!generation.policy || mistakes > 0) {
        throw Stopped(bad_configuration, fmt::format("{}: {}", file, counted(mistakes, "mistake")));
    }
    std::string summary =
        fmt::format("{}: {}, {}, {} passed", file,
                    counted(static_cast<std::int64_t>(generation.policy->rules.size()), "rule"),
                    counted(static_cast<std::int64_t>(generation.policy->limits.size()), "limit"),
                    counted(generation.tests_run, "test"));
    const std::int64_t warnings = count_of(generation, language::Severity::warning);
    if (warnings > 0) summary += ", " + counted(warnings, "warning");
    print(summary + "\n");
    if (options.verbose) print(stages(*generation.policy));
    return succeeded;
}

}  // namespace spillway::ctl
