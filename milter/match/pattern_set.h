// All patterns of a policy at once: a scan of a text says which of them may match it, and only
// those are asked one by one. What a text costs does not grow with the patterns that are not in it.
//
// Patterns are gathered by the kind of text they are asked of, a set each. A set says no only where
// the pattern itself would (outline.h); a pattern that no set takes is a candidate in every text.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "match/outline.h"
#include "match/pattern.h"

namespace spillway::match {

// A set in a form that can be kept and loaded instead of compiled. `recipe` is all that it was made
// from, engine and processor included: another recipe is another set.
struct SavedSet {
    std::string recipe;
    std::string forms;  // how each pattern is looked for, a digit each
    std::string database;
};

// Gathers patterns while a policy is compiled. Of one thread.
class PatternDraft {
  public:
    // `kind` names the texts the pattern will be asked of: any name, the same for the same texts.
    Seat add(const std::string& kind, const Pattern& pattern);

    struct Set {
        std::vector<Outline> outlines;  // by Seat::number
        std::map<std::string, int, std::less<>> known;
    };
    const std::vector<Set>& sets() const { return sets_; }

  private:
    std::map<std::string, int, std::less<>> kinds_;
    std::vector<Set> sets_;  // by Seat::set
    Members members_;
};

// Which patterns of a set may match a text.
class Candidates {
  public:
    explicit Candidates(std::size_t patterns) : bits_((patterns + 63) / 64) {}

    void add(std::size_t number) { bits_[number / 64] |= std::uint64_t{1} << (number % 64); }
    void add_all() { bits_.assign(bits_.size(), ~std::uint64_t{0}); }
    bool has(std::size_t number) const { return (bits_[number / 64] >> (number % 64) & 1) != 0; }

  private:
    std::vector<std::uint64_t> bits_;
};

// Immutable but for a pool of what scans write to; any number of threads may scan at once.
class PatternSets {
  public:
    // Takes what fits from `saved` and compiles the rest, which takes seconds for thousands of
    // patterns.
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
        std::size_t patterns = 0;  // that are looked for, alike ones counted once
        std::size_t bytes = 0;     // of their databases
        std::size_t loaded = 0;    // sets that were not compiled
    };
    const Sizes& sizes() const { return sizes_; }

  private:
    struct Set;
    class Scratches;

    std::vector<std::unique_ptr<Set>> sets_;  // null where there is nothing to look for
    std::unique_ptr<Scratches> scratches_;
    Sizes sizes_;
};

// The scans of one message, each made when it is first asked for. One message, one thread.
class Scans {
  public:
    // `sets` may be null and must outlive this.
    explicit Scans(const PatternSets* sets) : sets_(sets) {}

    // False when the pattern with this seat is not in the text for sure. The text is known by its
    // place in memory: it must stay there, and what it is, until forget().
    bool may_match(Seat seat, std::string_view text);

    // Texts that were asked about are about to go.
    void forget();

    // In all scans so far.
    std::chrono::nanoseconds spent() const { return spent_; }

  private:
    using Key = std::tuple<int, const char*, std::size_t>;

    const PatternSets* sets_;
    std::chrono::nanoseconds spent_{};
    std::map<Key, Candidates> done_;
    const std::pair<const Key, Candidates>* last_ = nullptr;
};

}  // namespace spillway::match
