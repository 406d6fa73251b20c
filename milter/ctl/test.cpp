// spillwayctl test: what would become of this message, and why.
//
// The same functions decide as in the daemon; the counters are this process's own and begin empty,
// so nothing is charged to anybody.
#include "ctl/ask.h"

#include <algorithm>

#include <fmt/format.h>

#include "ctl/attachment_reader.h"
#include "ctl/console.h"
#include "ctl/map_reader.h"
#include "ctl/message_diff.h"
#include "ctl/message_file.h"
#include "ctl/outcome.h"
#include "ctl/policy_file.h"
#include "ctl/verbs.h"
#include "language/values.h"
#include "limits/memory_counters.h"

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

// People the test takes for suppressed; whoever they are suppressed by.
void suppress(const TestOptions& options, policy::Message& message) {
    for (const std::string& text : options.suppressed) {
        const auto target = limits::parse_target(text);
        if (!target) throw Stopped(usage, "--suppressed: " + target.error());
        for (policy::Recipient& one : message.recipients)
            for (limits::SuppressionName& name :
                 limits::names_that_stop(one.address.text(), {}, {}))
                if (name.target == *target)
                    one.suppression = limits::Suppression{.name = std::move(name),
                                                          .cause = limits::Cause::manual,
                                                          .source = {},
                                                          .note = {},
                                                          .since = message.received};
    }
}

// The same edits that mta/ carries out, where it does.
std::string diff_text(const Outcome& outcome) {
    const policy::Decision& decision = outcome.rehearsal.decision;
    if (!may_leave(decision.verdict)) return "\nthe message does not leave: nothing is edited\n";
    const std::string_view before = outcome.message.bytes;
    const std::string diff = unified_diff(before, edited(before, decision));
    return diff.empty() ? "\nthe message leaves as it is\n" : "\n" + diff;
}

}  // namespace

int test(const Common& common, const TestOptions& options) {
    const language::Generation generation = loaded(common.config);
    if (!generation.policy) throw Stopped(bad_configuration, common.config + " has mistakes");
    const policy::Policy& policy = *generation.policy;

    Letter letter;
    read_letter(options, policy, letter);
    suppress(options, letter.message);
    limits::MemoryCounters counters;
    count_beforehand(options, policy, letter.message, counters);
    policy::Rehearsal rehearsal = policy::rehearse(
        policy, letter.message, counters,
        {attachment_reader(policy.reading), map_reader(generation)}, {.hits = true});
    const Outcome outcome{.file = options.file,
                          .policy = policy,
                          .message = letter.message,
                          .identity = policy::identify(policy, letter.message),
                          .rehearsal = std::move(rehearsal)};
    print(common.json ? json_text(json_of(outcome)) : text_of(outcome));
    if (options.diff && !common.json) print(diff_text(outcome));

    const std::string verdict = policy::name_of(outcome.rehearsal.decision.verdict);
    if (options.expected.empty() || options.expected == verdict) return succeeded;
    throw Stopped(refused, fmt::format("expected {}, got {}", options.expected, verdict));
}

}  // namespace spillway::ctl
