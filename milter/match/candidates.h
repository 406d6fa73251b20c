// Which patterns of a set may match a text, and where such matches would begin. A value of one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "match/where.h"

namespace spillway::match {

class PlacesInText;

class Candidates {
  public:
    Candidates(std::size_t patterns, std::size_t text_bytes)
        : most_finds_(most_finds(text_bytes)),
          anywhere_((patterns + 63) / 64),
          allowed_((patterns + 63) / 64),
          finds_(patterns),
          ends_(patterns) {}

    // Asking about a place takes as long as going over so many bytes: with more finds than this in
    // a text a pattern is sooner asked about all of it.
    static std::uint32_t most_finds(std::size_t text_bytes);
    // The same where there is an automaton to ask first (automaton.h), which is faster.
    static std::uint32_t few_finds(std::size_t text_bytes);

    void add(std::size_t number) { anywhere_[number / 64] |= std::uint64_t{1} << (number % 64); }
    void add_all() { anywhere_.assign(anywhere_.size(), ~std::uint64_t{0}); }
    // The keys of the pattern are there; its expression is to be looked for.
    void allow(std::size_t number) { allowed_[number / 64] |= std::uint64_t{1} << (number % 64); }
    bool is_allowed(std::size_t number) const {
        return (allowed_[number / 64] >> (number % 64) & 1) != 0;
    }
    // In no particular order.
    void add(std::size_t number, Beginnings beginnings);

    // When all are added: orders them. Places of a shadow become those of the text; null for a text
    // that is its own shadow.
    void settle(const PlacesInText* places);
    Where where(std::size_t number) const;
    bool holds(std::size_t number) const { return is_anywhere(number) || finds_[number] > 0; }

    // Calls visit(number) for each that holds(), in order.
    template <typename Visit>
    void for_each(const Visit& visit) const {
        for (std::size_t number = 0; number < finds_.size(); ++number)
            if (holds(number)) visit(number);
    }

    std::uint32_t finds(std::size_t number) const { return finds_[number]; }
    // It is in the text nowhere after all. Before all are added and settled only.
    void forget(std::size_t number) {
        anywhere_[number / 64] &= ~(std::uint64_t{1} << (number % 64));
        finds_[number] = 0;
    }

    bool is_anywhere(std::size_t number) const {
        return (anywhere_[number / 64] >> (number % 64) & 1) != 0;
    }

  private:
    struct Find {
        std::uint32_t number;
        Beginnings beginnings;
    };
    void gather();
    void merge(std::size_t number);

    const std::uint32_t most_finds_;
    std::vector<std::uint64_t> anywhere_;  // a bit each
    std::vector<std::uint64_t> allowed_;   // a bit each
    std::vector<std::uint32_t> finds_;     // how many, by number
    std::vector<std::uint32_t> ends_;      // in all_, by number; set by settle()
    std::vector<Find> found_;
    std::vector<Beginnings> all_;
};

}  // namespace spillway::match
