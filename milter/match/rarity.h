// How rare a text is in ordinary mail, in bits: what has 10 bits is expected once in 1024 places.
// Estimates, to choose by what to look for; nothing is ever decided by them.
//
// Pure functions; any number of threads.
#pragma once

#include <span>
#include <string_view>

#include "match/outline.h"

namespace spillway::match {

inline constexpr double boundary_bits = 1;

// Characters that follow each other. Of what links and markup begin with nothing is rare.
double bits_of(std::string_view text);  // in lower case where case does not count
double bits_of(std::span<const Shadows> run);

double bits_of(unsigned char shadow);
double bits_of(const Shadows& shadows);  // of any one of them

// Of a match of the whole tree that begins at a given place. Negative when one of its matches is
// all but sure to be found from there on, for their length is not limited.
double bits_of(const Outlined& tree);

// As rare as the rarest way to find one of several.
class AnyOf {
  public:
    void add(double bits);
    double bits() const;

  private:
    double expected_ = 0;
};

}  // namespace spillway::match
