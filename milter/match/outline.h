// The outline of an expression: a simpler one, over shadows (shadow.h), that is found in the shadow
// of every text the expression itself is found in. It knows no look-around, no reference back and
// no Unicode, so that an engine of the multi-pattern kind can look for thousands at once; what it
// finds is a candidate, and PCRE2 has the last word.
//
// Each construct of pcre2pattern(3) becomes what it takes up at least: a character or class the
// shadows of its members, an assertion nothing (\b stays where it means the same in ASCII), a
// reference or a subroutine call any text at all. An expression with anything else (conditions,
// verbs, callouts) has no outline.
//
// Pure functions; any number of threads.
#pragma once

#include <bitset>
#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::match {

using Shadows = std::bitset<256>;

// An expression as a tree. Assertions that say nothing are left out of it.
struct Outlined {
    enum class Kind { shadows, sequence, choice, repeat, anything, boundary };
    static constexpr unsigned no_end = ~0U;

    Kind kind = Kind::sequence;
    Shadows shadows{};              // of Kind::shadows: one of these
    std::vector<Outlined> parts{};  // of sequence and choice; a repeat has one
    unsigned least = 1;             // of repeat
    unsigned most = 1;
};

// What PCRE2 says of the ASCII characters: the members of a class such as "[^a-z]", an escape or
// the dot. Asked once for each, for it takes a hundred searches.
class Members {
  public:
    // The shadows of members that are ASCII or have an ASCII shadow; nullopt when PCRE2 does not
    // know the atom.
    std::optional<Shadows> of(std::string_view atom, bool caseless, bool dot_all);

  private:
    std::map<std::string, std::optional<Shadows>, std::less<>> known_;
};

// nullopt when something in the expression has no outline. The expression is one that PCRE2 has
// compiled with these flags (letters of ismx).
std::optional<Outlined> outlined(std::string_view expression, std::string_view flags,
                                 Members& members);

// Shadows know the word characters of ASCII only: takes away the boundaries that may mean something
// else in Unicode.
void keep_sure_boundaries(Outlined& tree);

bool may_be_empty(const Outlined& tree);
// The most characters a match may have; Outlined::no_end for no limit.
unsigned most_characters(const Outlined& tree);

// A short text over shadows of which every match has one in it (keys.h).
struct Key {
    std::string text;  // in lower case where case does not count
    bool caseless = false;
    bool from_boundary = false;  // at its beginning is a \b of ASCII
    bool to_boundary = false;    // at its end is one
    unsigned reach = 0;  // the most characters of a match before it; Outlined::no_end for no limit

    auto operator<=>(const Key&) const = default;
};

// What some characters at or near the beginning of every match are (prefix.h).
inline constexpr std::size_t longest_prefix = 8;
struct Prefix {
    std::vector<Shadows> shadows{};  // one of each
    bool from_boundary = false;
    unsigned reach = 0;  // the most characters of a match before them

    bool operator==(const Prefix&) const = default;
};

// A key tells little of where a match begins when more characters than this may be before it.
inline constexpr unsigned longest_reach = 1000;

// What is looked for: the keys, or where there are none the prefix, which both tell where a match
// would begin; failing both, or where they tell little, the whole of the outline (expression.h).
struct Outline {
    std::vector<Key> keys{};  // sorted
    Prefix prefix{};          // of no shadows where it tells nothing
    std::string expression{};

    bool operator==(const Outline&) const = default;
};
// nullopt when nothing that could be looked for is left: every text is a candidate.
std::optional<Outline> outline_of(std::string_view expression, std::string_view flags,
                                  Members& members);

}  // namespace spillway::match
