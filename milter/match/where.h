// Where in a text matches of a pattern may begin, as its set tells before it is asked
// (pattern_set.h). Values.
#pragma once

#include <cstddef>
#include <span>

namespace spillway::match {

// Places where a match may begin, the last one included. In bytes of a text or, while a set is at
// work, of its shadow.
struct Beginnings {
    std::size_t first = 0;
    std::size_t last = 0;
};

// Matches of a pattern begin in one of these, in order and apart from each other, or anywhere.
struct Where {
    bool anywhere = true;
    std::span<const Beginnings> within{};

    bool nowhere() const { return !anywhere && within.empty(); }
};

}  // namespace spillway::match
