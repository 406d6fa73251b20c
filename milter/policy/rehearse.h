// The whole conversation about one message at once, as the session leads it: for `test` blocks and
// `spillwayctl test`.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

Rehearsal rehearse(const Policy& policy, Message message, limits::Counters& counters);

}  // namespace spillway::policy
