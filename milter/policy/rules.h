// Reading the rules of one message in file order.
#pragma once

#include <optional>
#include <string>

#include "policy/evaluate.h"
#include "policy/facts.h"

namespace spillway::policy {

// Whether a rule fires, and for whom. A rule asked for each author or recipient fires when it holds
// for one of them; one that accepts, only when it holds for all: else one friendly recipient would
// exempt all others.
struct Firing {
    match::Match matched = match::Match::no;
    std::string whom;  // the author or recipient it fired for; "" when it asks for neither
};
Firing firing_of(const Rule& rule, Facts& facts);
// The same at a stage: at Stage::recipient for the last recipient alone.
match::Match firing_at(Stage stage, const Rule& rule, Facts& facts);

// Reads all rules and fills verdict, edits, tags and reports of a decision without limits.
Decision read_rules(Facts& facts);

// The first refusal among the rules that act at `stage`, unless an earlier rule lets the message go
// another way (accept, discard, quarantine), or may do so.
std::optional<Refusal> first_refusal(Stage stage, Facts& facts);

}  // namespace spillway::policy
