// Pieces that the replies of the control socket are made of. Field names are documented in
// spillwayctl(8).
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "limits/limits.h"
#include "policy/policy.h"
#include "policy/who.h"

namespace spillway::daemon {

// RFC 3339 in UTC: readable, sortable, and no client needs our time zone.
std::string written(limits::Time time);
nlohmann::json written(const std::optional<limits::Time>& time);  // null for none

// A number, or the word "unlimited".
nlohmann::json written_max(std::int64_t max);

// Who asked, as the client tells it: for the log only, "somebody" when it does not.
std::string asker(const nlohmann::json& request);

// Whom a request is about. Throws std::runtime_error.
policy::Who who_in(const nlohmann::json& request);

// Throws std::runtime_error, naming those there are.
const policy::Limit& limit_named(const policy::Policy& policy, const std::string& name);

// The limit a key or a plan's name belongs to; null when the policy has none of this name.
const policy::Limit* limit_of_key(const policy::Policy& policy, const std::string& key);

// What follows the limit's name and the scope.
std::string value_of_key(const std::string& key);

// The value, or std::runtime_error with its mistake.
template <typename T>
T value_or_throw(tl::expected<T, std::string> parsed) {
    if (!parsed) throw std::runtime_error(parsed.error());
    return *std::move(parsed);
}

}  // namespace spillway::daemon
