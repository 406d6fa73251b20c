// Rule blocks into the policy.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "language/ast.h"
#include "language/names.h"
#include "policy/policy.h"

namespace spillway::language {

// The words that may stand in a rule; check-docs holds them against the manual.
inline constexpr std::string_view rule_words[] = {
    "when",       "unless", "mode", "on-error",   "reject",         "defer",         "discard",
    "quarantine", "accept", "tag",  "add-header", "replace-header", "remove-header", "abuse-id",
    "suspend",    "footer", "bcc",  "redirect",   "archive"};

// Tags that rules set, gathered before any condition is compiled.
void gather_tags(const Program& program, Names& names);

// For policies without the setting abuse-keys: rules that need it are mistakes.
void ask_for_abuse_keys(const Program& program, Diagnostics& diagnostics);

// What others than the rules' own blocks say about them.
struct RuleTerms {
    const std::map<std::string, policy::ArchivePlace>& archives;  // that are declared
    // The mode that a rule of this name has been switched to.
    std::function<std::optional<policy::Mode>(const std::string& name)> mode_of;
    // Throws a Mistake for an action that these rules may not have; empty: they may have all.
    std::function<void(const Word& action)> check_action = {};
};

// In their order; each mistake is reported.
std::vector<policy::Rule> compile_rules(const Program& program, const RuleTerms& terms,
                                        Names& names, Diagnostics& diagnostics);

}  // namespace spillway::language
