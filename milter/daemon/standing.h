// How a limit stands for somebody, as the replies tell it.
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "limits/counters.h"
#include "policy/evaluate.h"

namespace spillway::daemon {

// Of 100, rounded down; a maximum of 0 is always used up. nullopt for unlimited.
std::optional<std::int64_t> percent_of(const limits::Standing& standing);

// Name, key, scope, unit, rate and window of a limit.
nlohmann::json row_of(const policy::Limit& limit, const std::string& key);

// Adds to the row: use, maximum in force and whose it is, percent, when there is room; nulls when
// the store was silent.
void add_standing(nlohmann::json& row, const std::optional<limits::Standing>& standing);

// One for each charge, in order. Asked in portions, so that no store is kept from mail for long.
std::vector<std::optional<limits::Standing>> standings(
    limits::Counters& counters, const std::vector<policy::AskedCharge>& asked, limits::Time now);

// The places that are held under a key. Nothing is held for asking.
std::optional<limits::Standing> standing_of(limits::Counters& counters, limits::Place place,
                                            limits::Time now);

}  // namespace spillway::daemon
