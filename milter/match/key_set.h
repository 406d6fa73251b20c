// The keys of many patterns as one set of literals, found in a text at the speed of reading it. Of
// match/ only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "match/candidates.h"
#include "match/hyperscan.h"
#include "match/outline.h"
#include "match/saved_sets.h"

namespace spillway::match {

// Immutable; any number of threads may search at once, each with a scratch of its own.
class KeySet {
  public:
    // The outlines with keys, by the numbers of their patterns. Takes the database from `saved`
    // when it is there; to compile thousands takes a fraction of a second.
    KeySet(const std::vector<Outline>& outlines, const std::vector<SavedSet>& saved);

    const Database& database() const { return database_; }  // null without keys
    bool was_loaded() const { return was_loaded_; }
    SavedSet to_save() const { return {recipe_, serialised(database_)}; }

    // Adds the patterns with a key in the text, which is a shadow, and where a match would begin;
    // those that have an expression, too, are allowed to have it looked for.
    hs_error_t search(std::string_view text, hs_scratch_t* scratch, Candidates& candidates) const;

  private:
    struct Use {  // of a key
        std::size_t length = 0;
        unsigned reach = 0;
        bool from_boundary = false;
        bool to_boundary = false;
        std::size_t first = 0;  // in patterns_
        std::size_t end = 0;
    };
    struct Asked {  // of a pattern with the key
        std::uint32_t number = 0;
        bool has_expression = false;
    };
    struct Finding;
    using PatternsByKey = std::map<Key, std::vector<Asked>>;

    void found(std::size_t key, std::size_t end, Finding& finding) const;
    static int note(unsigned key, unsigned long long from, unsigned long long to, unsigned flags,
                    void* finding);
    void compile(const PatternsByKey& keys);

    std::vector<Use> uses_;
    std::vector<Asked> patterns_;
    std::string recipe_;
    bool was_loaded_ = false;
    Database database_;
};

}  // namespace spillway::match
