// The prefixes of many patterns (prefix.h), tried at every place of a text at once: a bit for each
// pattern, and a table for each place of a prefix that says which patterns may have which shadow
// there. Of match/ only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "match/candidates.h"
#include "match/outline.h"

namespace spillway::match {

// Immutable; any number of threads may search at once.
class PrefixSet {
  public:
    // The outlines with a prefix, by the numbers of their patterns.
    explicit PrefixSet(const std::vector<Outline>& outlines);

    // Adds where matches may begin in the text, which is a shadow.
    void search(std::string_view text, Candidates& candidates) const;

  private:
    static constexpr std::size_t end_of_text = 256;
    using Bits = std::uint64_t;
    using Row = std::array<Bits, end_of_text + 1>;

    struct Group {
        std::array<Row, longest_prefix> rows{};
        bool from_boundary = false;  // all of its patterns begin at one
        struct Pattern {
            std::uint32_t number;
            unsigned reach;
            bool has_expression;
        };
        std::vector<Pattern> patterns{};
    };

    void add_all(const std::vector<Outline>& outlines, bool from_boundary);
    static void add(const Prefix& prefix, const Group::Pattern& pattern, Group& group);
    static Bits beginning_at(const Group& group, std::string_view text, std::size_t at, Bits bits);
    static void search(const Group& group, std::string_view text, Candidates& candidates);

    std::vector<Group> groups_;
};

}  // namespace spillway::match
