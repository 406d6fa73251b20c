// The expression of one outline (expression.h), made to be looked for in one pass over a text. Of
// match/ only.
//
// One for each expression: together in one database they are found no faster, but compile many
// times as long, and most are not looked for in most texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/hyperscan.h"
#include "match/saved_sets.h"

namespace spillway::match {

// Immutable; any number of threads may search at once, each with a scratch of its own.
class Automaton {
  public:
    // Compiles for some milliseconds, unless the database is in `saved`.
    Automaton(const std::string& expression, const std::vector<SavedSet>& saved);

    // Null when the engine did not take the expression, which then may be anywhere.
    const Database& database() const { return database_; }
    bool was_loaded() const { return was_loaded_; }
    SavedSet to_save() const { return {recipe_, serialised(database_)}; }

    // False only for a text, which is a shadow, that does not have it.
    bool may_be_in(std::string_view text, hs_scratch_t* scratch) const;

  private:
    std::string recipe_;
    bool was_loaded_ = false;
    Database database_;
};

}  // namespace spillway::match
