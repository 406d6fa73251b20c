// What `spillwayctl test` found out, and how it is written down.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "policy/policy.h"
#include "policy/rehearse.h"

namespace spillway::ctl {

// The rehearsal with what surrounds it. References live as long as the verb runs.
struct Outcome {
    const std::string& file;
    const policy::Policy& policy;
    const policy::Message& message;
    policy::Identity identity;
    policy::Rehearsal rehearsal;  // with its hits
};

// For people. The golden tests compare it byte for byte.
std::string text_of(const Outcome& outcome);

// For programs: names are documented in spillwayctl(8) and only ever added to.
nlohmann::json json_of(const Outcome& outcome);

// The reply of a refusal, else null.
const policy::Reply* reply_of(const policy::Verdict& verdict);

std::string reply_text(const policy::Reply& reply);  // "550 5.7.1 Not here"

// "part 2, list.zip/cards.csv", "part 1"; "" for what stands in no part.
std::string place_text(const policy::Hit& hit);
nlohmann::json json_of_hits(const std::vector<policy::Hit>& hits);

}  // namespace spillway::ctl
