// What classes and escapes of an expression have beyond ASCII, as shadows (shadow.h): a superset of
// it, for outlines only rule out.
//
// Pure functions; any number of threads.
#pragma once

#include <string_view>

#include "match/outline.h"

namespace spillway::match {

// Of any character beyond ASCII, and of those with one shadow.
Shadows beyond_ascii();
Shadows beyond_ascii(unsigned char one);

// Of an escape such as \d, by its letter.
Shadows beyond_ascii_of_escape(char letter);

// Of a class, by what stands between its brackets.
Shadows beyond_ascii_of_class(std::string_view body);

}  // namespace spillway::match
