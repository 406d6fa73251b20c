// Text whose order is turned round: what reads "noom eulb" in memory and "blue moon" on the screen.
//
// Only overrides do that to Latin letters (Unicode Standard Annex 9, rules X4 and X5: U+202E and
// U+202D, up to U+202C or the end of the line); in HTML <bdo> and unicode-bidi. Pure; time is
// linear in the text; UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::mail {

// Where the first override begins; the size of the text where it is shown in the order in which it
// is written.
std::size_t first_override(std::string_view text);

inline bool has_overrides(std::string_view text) { return first_override(text) < text.size(); }

// In the order in which it is shown, and as it is written; both without the marks of overrides.
std::string as_displayed(std::string_view text);
std::string without_overrides(std::string_view text);

// Turns round what stands behind a place, each line by itself, as an element of HTML does whose
// direction is overridden to be from right to left.
void turn_lines(std::string& text, std::size_t from);

}  // namespace spillway::mail
