// What is called what in Redis. spillway-redis(7) tells operators the same.
//
//   spillway:{ACCOUNT}:LIMIT:SCOPE:VALUE           a count
//   spillway-members:{ACCOUNT}:LIMIT:SCOPE:VALUE   which members it counts
//   spillway-receipt:{ACCOUNT}:MESSAGE             open receipts of a message
//   spillway-plan:{ACCOUNT}                        maxima set at run time
//   spillway-suspended:{ACCOUNT}                   who is suspended
//   spillway-places:{ACCOUNT}:LIMIT:SCOPE:VALUE    who holds a place
//   spillway-texts:{ACCOUNT}…, spillway-mailing:{ACCOUNT}…   mailings (lua/mailing.lua)
//   spillway-daemons                               which processes are alive
//   spillway-map:NAME, spillway-map:NAME:KEY       sets that operators keep (sets.h)
//
// The parts are encoded as in limits/key_text.h. What stands in braces is the hash tag: keys of one
// account live on one node of a cluster, as a script's keys must (Redis Cluster specification,
// "Hash tags").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "limits/counters.h"
#include "limits/limits.h"

namespace spillway::store {

inline constexpr const char* daemons_key = "spillway-daemons";

std::string counter_key(const limits::Charge& charge);
std::string members_key(std::string_view counter_key);
std::string receipt_key(std::string_view account, std::string_view message);
std::string plan_key(std::string_view account);
std::string suspended_key(std::string_view account);
std::string places_key(const limits::Place& place);
std::string texts_key(std::string_view account);
// Names and keys of maps are not encoded: people write them with redis-cli. An empty `key` is none.
std::string map_key(std::string_view name, std::string_view key);

// "user:ann%40example.org" in the hash of suspensions, and back.
std::string suspect_field(const limits::Suspect& suspect);
std::optional<limits::Suspect> suspect_of(std::string_view account, std::string_view field);

// "{ACCOUNT}" as it stands in keys.
std::string hash_tag(std::string_view account);

// SCAN patterns for the counts of every account: of one key, and of all that begin with a prefix.
std::string pattern_of(std::string_view key);
std::string pattern_of_prefix(std::string_view prefix);

inline constexpr const char* plan_key_pattern = "spillway-plan:{*}";
inline constexpr const char* suspended_key_pattern = "spillway-suspended:{*}";

// The account in any key's braces, and the charge's key of a count's; nullopt for other keys.
std::optional<std::string> account_of(std::string_view redis_key);
std::optional<std::string> charge_key(std::string_view counter_key);

}  // namespace spillway::store
