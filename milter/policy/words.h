// Limits in words, for logs, replies and operators.
#pragma once

#include <cstdint>
#include <string>

#include "policy/policy.h"

namespace spillway::policy {

const char* name_of(limits::Whom whom);  // "user"

// A maximum: "500" or "unlimited".
std::string in_words(std::int64_t max);

// The time a rate is about: "1h", "month", "8s" or "33us" (of pacing: between two), "day", "at
// once".
std::string window_of(const LimitRate& rate);

// A whole rate as the language writes it: "500 / 1h", "25000 / month", "1 / 8s burst 3".
std::string rate_in_words(const LimitRate& rate);

// What became of its rules: "the rules of acme have mistakes; its former rules stay in force".
std::string in_words(const FaultyFolder& folder);

// What a limit counts: "recipients 500 / 1h by domain".
std::string limit_in_words(const Limit& limit);

}  // namespace spillway::policy
