// What the counters' keys are called in Redis.
//
//   spillway:{ACCOUNT}:LIMIT:SCOPE:VALUE    a counter
//   spillway-receipt:{ACCOUNT}:TOKEN        that a call was charged, for some seconds
//
// The parts are encoded as in limits/key_text.h. What stands in braces is the hash tag: keys of one
// account live on one node of a cluster, as a script's keys must (Redis Cluster specification,
// "Hash tags").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "limits/limits.h"

namespace spillway::store {

std::string counter_key(const limits::Charge& charge);
std::string receipt_key(std::string_view account, std::string_view token);

// SCAN patterns for the counters of every account: of one key, and of all that begin with a prefix.
std::string pattern_of(std::string_view key);
std::string pattern_of_prefix(std::string_view prefix);

// The charge's key of a counter's key; nullopt for other keys.
std::optional<std::string> charge_key(std::string_view counter_key);

}  // namespace spillway::store
