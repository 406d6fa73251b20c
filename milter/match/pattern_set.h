// All patterns of a policy at once: a scan of a text says which of them may match it, and only
// those are asked one by one. What a text costs does not grow with the patterns that are not in it.
//
// Patterns are gathered by the kind of text they are asked of, a set each. A set looks for literals
// that every match has in it (keys.h); of the few patterns that have none for their first
// characters (prefix.h), and where either tells little for all of their outline (expression.h). It
// says no only where the pattern itself would, and yes to few places of the text; a pattern that no
// set takes is a candidate everywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "match/pattern.h"
#include "match/saved_sets.h"
#include "match/where.h"

namespace spillway::match {

class Candidates;
class Members;
class Scratches;

// Gathers patterns while a policy is compiled. Of one thread.
class PatternDraft {
  public:
    PatternDraft();
    ~PatternDraft();
    PatternDraft(PatternDraft&&) noexcept;
    PatternDraft& operator=(PatternDraft&&) noexcept;

    // `kind` names the texts the pattern will be asked of: any name, the same for the same texts.
    Seat add(const std::string& kind, const Pattern& pattern);

    struct Set;
    const std::vector<Set>& sets() const { return sets_; }

  private:
    std::map<std::string, int, std::less<>> kinds_;
    std::vector<Set> sets_;  // by Seat::set
    std::unique_ptr<Members> members_;
};

// Immutable but for a pool of what scans write to; any number of threads may scan at once.
class PatternSets {
  public:
    // Takes what fits from `saved` and compiles the rest.
    explicit PatternSets(const PatternDraft& draft, const std::vector<SavedSet>& saved = {});
    ~PatternSets();
    PatternSets(const PatternSets&) = delete;
    PatternSets& operator=(const PatternSets&) = delete;

    // False when every pattern of the set is a candidate whatever the text.
    bool holds(int set) const { return sets_[static_cast<std::size_t>(set)] != nullptr; }
    Candidates scan(int set, std::string_view text) const;

    // All sets for the next time; none when they are what was loaded.
    std::vector<SavedSet> to_save() const;

    struct Sizes {
        std::size_t sets = 0;
        std::size_t patterns = 0;   // that are looked for, alike ones counted once
        std::size_t keyed = 0;      // of these, by keys
        std::size_t databases = 0;  // of all sets
        std::size_t bytes = 0;      // of these
        std::size_t loaded = 0;     // of these, not compiled
    };
    const Sizes& sizes() const { return sizes_; }

  private:
    struct Set;

    std::vector<std::unique_ptr<Set>> sets_;  // null where there is nothing to look for
    std::unique_ptr<Scratches> scratches_;    // hyperscan.h
    Sizes sizes_;
};

// The scans of one message, each made when it is first asked for. One message, one thread.
class Scans {
  public:
    // `sets` may be null and must outlive this.
    explicit Scans(const PatternSets* sets);
    ~Scans();
    Scans(const Scans&) = delete;
    Scans& operator=(const Scans&) = delete;

    // Where in the text matches of the pattern with this seat may begin. The text is known by its
    // place in memory: it must stay there, and what it is, until forget(), and so does the answer.
    Where where(Seat seat, std::string_view text);

    // The same for one value of many that stand in `whole`: where in it or, at times, anywhere.
    Where where(Seat seat, std::string_view value, std::string_view whole);

    // All that may match; null when every pattern of the set may. As above.
    const Candidates* candidates(int set, std::string_view text);

    // Texts that were asked about are about to go.
    void forget();

    // In all scans so far.
    std::chrono::nanoseconds spent() const { return spent_; }

  private:
    using Key = std::tuple<int, const char*, std::size_t>;

    const PatternSets* sets_;
    std::chrono::nanoseconds spent_{};
    std::map<Key, std::unique_ptr<const Candidates>> done_;
    Key last_key_;
    const Candidates* last_ = nullptr;
};

}  // namespace spillway::match
