// The whole conversation about one message at once, as the session leads it: for `test` blocks and
// `spillwayctl test`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limits/memory_counters.h"
#include "policy/evaluate.h"

namespace spillway::policy {

struct RefusedRecipient {
    mail::Address address;
    Refusal refusal;
};

struct Rehearsal {
    // The stage at which the message ended; Stage::recipient when every recipient was refused.
    Stage stage = Stage::message;
    std::vector<RefusedRecipient> refused;
    Decision decision;  // of an early refusal: its verdict and who decided, nothing else
};

// Counts what others are said to have used of a limit before this message: of distinct recipients
// as many that nobody else is.
void use_up(const Policy& policy, const Message& message, const std::string& limit,
            std::int64_t count, limits::MemoryCounters& counters);

Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters);

}  // namespace spillway::policy
