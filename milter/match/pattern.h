// One regular expression (PCRE2, UTF, JIT), matched within a budget.
//
// Immutable once compiled; any number of threads may search at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "match/where.h"

namespace spillway::match {

// Three values: a pattern that ran out of its budget has not been "not found".
enum class Match { no, yes, cannot_tell };

Match operator!(Match value);             // cannot_tell stays
Match operator&&(Match, Match) = delete;  // these would not short-circuit:
Match operator||(Match, Match) = delete;  // use all_of and any_of in policy/evaluate

struct PatternMistake {
    std::string message;
    std::size_t offset;  // bytes into the expression
};

struct Count {
    std::int64_t found = 0;
    bool gave_up = false;  // then there may be more
};

// What PCRE2 writes to while it searches (pattern.cpp).
struct Workspace;
struct FreeWorkspace {
    void operator()(Workspace* workspace) const;
};

// Time for all the searches made for one message, whose single budgets could add up to minutes, and
// what they need besides. Of one thread.
class Budget {
  public:
    bool used_up() const { return left_ <= left_.zero(); }
    std::chrono::nanoseconds left() const { return left_; }
    void spend(std::chrono::nanoseconds time) { left_ -= time; }

    // Of the last search; none for the first, and while another one has it.
    std::unique_ptr<Workspace, FreeWorkspace> take_workspace() { return std::move(workspace_); }
    void give_back(std::unique_ptr<Workspace, FreeWorkspace> workspace) {
        workspace_ = std::move(workspace);
    }

  private:
    std::unique_ptr<Workspace, FreeWorkspace> workspace_;
    std::chrono::nanoseconds left_ = std::chrono::seconds(2);
};

// A pattern's place in the sets of its policy (pattern_set.h); without one it is always asked.
struct Seat {
    int set = -1;
    int number = -1;
};

class Pattern {
  public:
    // `flags` are letters of ismx (caseless, dot matches newline, multi-line, extended).
    static tl::expected<Pattern, PatternMistake> compile(std::string_view expression,
                                                         std::string_view flags);

    // A phrase as a keyword: without regard to case, whole words, any white space between words.
    static Pattern phrase(std::string_view words);

    // Invalid UTF-8 in the subject never hides a match (PCRE2_MATCH_INVALID_UTF). `where` matches
    // may begin is known beforehand; it leaves out no place where one does.
    Match search(std::string_view subject, const Where& where = {}) const;
    Match search(std::string_view subject, Budget& budget, const Where& where = {}) const;

    // Matches that do not overlap, counted up to `enough` (the count stops there).
    Count count(std::string_view subject, std::int64_t enough, const Where& where = {}) const;
    Count count(std::string_view subject, std::int64_t enough, Budget& budget,
                const Where& where = {}) const;

    // Where matches that do not overlap stand, in order, until `found` has enough (false). True
    // when the search gave up and there may be more.
    using Places = std::function<bool(std::size_t begin, std::size_t end)>;
    bool gave_up_finding(std::string_view subject, Budget& budget, const Places& found) const;

    const std::string& source() const { return source_; }

    // As it was compiled: for a phrase the expression that was made of it.
    const std::string& expression() const;
    const std::string& flags() const;

  private:
    struct Compiled;
    Pattern(std::shared_ptr<const Compiled> compiled, std::string source)
        : compiled_(std::move(compiled)), source_(std::move(source)) {}

    std::shared_ptr<const Compiled> compiled_;
    std::string source_;
};

}  // namespace spillway::match
