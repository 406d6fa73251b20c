// What is answered when a limit has no room, or could not be asked.
#pragma once

#include <string>

#include "policy/evaluate.h"

namespace spillway::policy {

// A rejection outranks a deferral, an exceeded limit one that could not be asked; rank 0 is no
// objection.
struct Objection {
    int rank = 0;
    Verdict verdict;
    std::string decided_by;
};

Objection objection_of(const Limit& limit, std::int64_t cost, const limits::Answer& answer,
                       const Policy& policy, const Message& message);

Objection objection_of(const limits::Suspension& suspension, const Policy& policy);

}  // namespace spillway::policy
