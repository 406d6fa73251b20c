// Which rules one message is asked, and in which order: the operator's and those of its account and
// domain.
//
// Nobody else's rules are looked at, so what a message costs does not grow with the folders.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "policy/evaluate.h"
#include "policy/policy.h"

namespace spillway::policy {

// What the name of a folder must be for an account or domain to find it: lower case, A-labels; ""
// when it cannot be the name of either.
std::string folder_key(std::string_view name);

// Those of the message's account and of its domain, each at most once; null where there is none.
using FoldersOfMessage = std::array<const Folder*, 2>;
FoldersOfMessage folders_of(const Policy& policy, const Identity& identity);

// The operator's rules up to the place of the folders, those of the account, those of the domain,
// the operator's others.
using RulesInOrder = std::array<std::span<const Rule>, 4>;
RulesInOrder rules_of(const Policy& policy, const FoldersOfMessage& folders);

// By its whole name, "acme/no-cards" for one in a folder; null when there is none.
const Rule* rule_named(const Policy& policy, std::string_view name);

// Every rule there is: the operator's, then those of the folders.
void for_each_rule(const Policy& policy, const std::function<void(const Rule&)>& visit);

}  // namespace spillway::policy
