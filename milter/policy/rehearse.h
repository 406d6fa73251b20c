// The whole conversation about one message at once, as the session leads it: for `test` blocks and
// `spillwayctl test`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limits/memory_counters.h"
#include "policy/contents.h"
#include "policy/evaluate.h"
#include "policy/facts.h"
#include "policy/hits.h"
#include "policy/lookups.h"

namespace spillway::policy {

struct RefusedRecipient {
    mail::Address address;
    Refusal refusal;
};

struct Rehearsal {
    // The stage at which the message ended; Stage::recipient when every recipient was refused.
    Stage stage = Stage::message;
    std::vector<RefusedRecipient> refused;
    // Of an early refusal: its verdict, who decided and whom that suspends, nothing else.
    Decision decision;
    std::vector<limits::Suspension> suspended;  // by the message or a refused recipient of it

    // Every rule read until the message ended, early or at its end; with Telling.
    std::vector<RuleReport> rules;
    std::vector<Hit> hits;  // of those that matched, in order; with Telling::hits
    Readings readings;      // of the last time that they were read
};

// What else is wanted, for it takes time.
struct Telling {
    bool hits = false;
    bool all_rules = false;  // also of a message that was refused early
};

// Counts what others are said to have used of a limit before this message: of distinct recipients
// as many that nobody else is (a million at most), of connections as many that others hold. The
// strikes of a rule are a limit "strikes/RULE".
void use_up(const Policy& policy, const Message& message, const std::string& limit,
            std::int64_t count, limits::MemoryCounters& counters);

// All that use_up() knows.
std::vector<std::string> usable_limits(const Policy& policy);

// Counts the text of this message as sent to `count` others before. False when no rule asks for
// the size of a mailing, so that nothing is counted.
bool mail_out(const Policy& policy, const Message& message, std::int64_t count,
              limits::Counters& counters);

// What is known only by asking beyond the policy. Without `read` it cannot be told what attachments
// hold, without `look_up` what maps kept elsewhere do.
struct Beyond {
    AttachmentReader read{};
    LookUp look_up{};
};
Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters,
                   const Beyond& beyond = {}, Telling telling = {});

}  // namespace spillway::policy
