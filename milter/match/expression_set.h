// The expressions of many outlines (expression.h) as one automaton, which says of all of them in
// one pass whether they are in a text. Of match/ only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/candidates.h"
#include "match/hyperscan.h"
#include "match/saved_sets.h"

namespace spillway::match {

struct NumberedExpression {
    std::uint32_t number = 0;  // of the pattern
    std::string_view expression;
};

// Immutable; any number of threads may search at once, each with a scratch of its own.
class ExpressionSet {
  public:
    // To compile hundreds takes seconds, unless the database is in `saved`. Does not keep what the
    // expressions point to.
    ExpressionSet(std::vector<NumberedExpression> expressions, const std::vector<SavedSet>& saved);

    const Database& database() const { return database_; }  // null without expressions
    bool was_loaded() const { return was_loaded_; }
    SavedSet to_save() const;

    // Adds the patterns whose expression is in the text, which is a shadow, and those whose
    // expression the engine did not take.
    hs_error_t search(std::string_view text, hs_scratch_t* scratch, Candidates& candidates) const;

  private:
    void load(const std::string& saved);
    void compile(std::vector<NumberedExpression> expressions);

    std::string recipe_;
    bool was_loaded_ = false;
    std::vector<std::uint32_t> left_out_;  // that the engine did not take
    Database database_;
};

}  // namespace spillway::match
