// Where a rule that matched found what: for `spillwayctl test` and `scan`. Nothing the daemon
// needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/facts.h"

namespace spillway::policy {

// As much of what a condition looks for as stands in one text of a message.
struct Hit {
    std::string rule;
    std::string field;  // as the language has it: "any-text", "header X-Mailer"
    std::string what;   // the words, the identifier, "expression" or "phrase"
    std::string part;   // see PlacedText
    std::string file;
    std::int64_t occurrences = 0;
    bool more = false;    // there may be more: looking for them took too long
    std::string excerpt;  // the first one, masked, in its line: see excerpt_of()
};

// So many are told: a message may have ten thousand parts.
inline constexpr std::size_t most_hits = 1000;

// Of the rules that matched, in their order; what is said of texts that were found to hold too
// little, or not to hold something, is no hit. Takes another budget of the size of a message's.
std::vector<Hit> hits_of(const std::vector<RuleReport>& reports, Facts& facts);

// A match with a little of its line around it: the match as match::masked() shows it, in brackets,
// and of what stands around only its shape: letters as "x" and "X", digits as "#".
std::string excerpt_of(std::string_view text, std::size_t begin, std::size_t end);

// The field as the language has it.
const char* name_of(Field field);

}  // namespace spillway::policy
