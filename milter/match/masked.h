// What of a match may be shown in logs and to operators.
#pragma once

#include <string>
#include <string_view>

namespace spillway::match {

// At most the first two and the last two characters, with "…" for the rest: "41…11". Shorter texts
// show less, so that two thirds at the least are never shown: of 6 to 11 characters the first and
// the last, of fewer none. White space and what is no character is shown as "_", so that the mask
// says nothing of lines.
std::string masked(std::string_view text);

}  // namespace spillway::match
