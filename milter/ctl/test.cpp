// spillwayctl test: what would become of this message, and why.
//
// The same functions decide as in the daemon; the counters are this process's own and begin empty,
// so nothing is charged to anybody.
#include "ctl/ask.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "ctl/console.h"
#include "ctl/message_file.h"
#include "ctl/outcome.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "extract/program.h"
#include "language/values.h"
#include "limits/memory_counters.h"
#include "policy/facts.h"
#include "session/attachments.h"

namespace spillway::ctl {

namespace {

struct Used {
    std::string limit;
    std::int64_t count;
};

Used parsed_use(const std::string& text, const policy::Policy& policy) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos) {
        throw Stopped(usage, fmt::format("--used: expected LIMIT=N, got \"{}\"", text));
    }
    const auto count = language::parse_number(text.substr(equals + 1));
    if (!count) throw Stopped(usage, "--used: " + count.error());

    const auto known = policy::usable_limits(policy);
    if (std::ranges::find(known, name) == known.end()) {
        throw Stopped(usage, fmt::format("--used: unknown limit \"{}\"{}", name,
                                         language::suggestion(name, {known.begin(), known.end()})));
    }
    return {name, *count};
}

// Keys are known only once the policy has been asked what it would charge.
void count_beforehand(const TestOptions& options, const policy::Policy& policy,
                      const policy::Message& message, limits::MemoryCounters& counters) {
    for (const std::string& text : options.used) {
        const Used used = parsed_use(text, policy);
        policy::use_up(policy, message, used.limit, used.count, counters);
    }
    if (options.campaign == 0) return;
    if (!policy::mail_out(policy, message, options.campaign, counters))
        throw Stopped(usage, "--campaign: no rule or limit asks for a campaign");
}

// As the daemon reads them, but for files of any size in the folder for temporary ones.
policy::AttachmentReader reader_of_attachments(const policy::Policy& policy) {
    auto extractor = std::make_shared<extract::Extractor>(extract::Extractor::Settings{
        .program = extract::reading_program(),
        .spool_folder = std::filesystem::temp_directory_path().string()});
    const session::ReadDocument read =
        [extractor](const extract::Extractor::Document& document, const extract::Source& source,
                    const extract::Limits& limits, extract::Deadline deadline) {
            return extractor->read(document, source, limits, deadline);
        };
    return [read, text_bytes = policy.reading.text_bytes](const mail::Attachments& attachments) {
        const auto deadline = std::chrono::steady_clock::now() + session::time_for_attachments;
        return session::texts_of(attachments, read, {text_bytes, deadline});
    };
}

// A message that is refused early has no report of its own: the rules that could act by then are
// read again.
std::vector<policy::RuleReport> rules_read(const policy::Policy& policy,
                                           const policy::Message& message,
                                           const policy::Rehearsal& rehearsal) {
    if (rehearsal.stage == policy::Stage::message) return rehearsal.decision.rules;
    policy::Facts facts(policy, message);
    std::vector<policy::RuleReport> reports = policy::questions(facts).so_far.rules;
    std::erase_if(reports, [&](const policy::RuleReport& report) {
        const auto rule = std::ranges::find(policy.rules, report.rule, &policy::Rule::name);
        return rule != policy.rules.end() && rule->acts_at > rehearsal.stage;
    });
    return reports;
}

}  // namespace

int test(const Common& common, const TestOptions& options) {
    const language::Generation generation = loaded(common.config);
    if (!generation.policy) throw Stopped(bad_configuration, common.config + " has mistakes");
    const policy::Policy& policy = *generation.policy;

    Letter letter;
    read_letter(options, policy, letter);
    limits::MemoryCounters counters;
    count_beforehand(options, policy, letter.message, counters);
    policy::Rehearsal rehearsal =
        policy::rehearse(policy, letter.message, counters, reader_of_attachments(policy));
    auto rules = rules_read(policy, letter.message, rehearsal);
    const Outcome outcome{.file = options.file,
                          .policy = policy,
                          .message = letter.message,
                          .identity = policy::identify(policy, letter.message),
                          .rehearsal = std::move(rehearsal),
                          .rules = std::move(rules)};
    print(common.json ? json_text(json_of(outcome)) : text_of(outcome));

    const std::string verdict = policy::name_of(outcome.rehearsal.decision.verdict);
    if (options.expected.empty() || options.expected == verdict) return succeeded;
    throw Stopped(refused, fmt::format("expected {}, got {}", options.expected, verdict));
}

}  // namespace spillway::ctl
