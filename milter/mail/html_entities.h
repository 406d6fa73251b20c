// Character references of HTML (WHATWG HTML section 13.2.5.72 to 80 and 13.5).
#pragma once

#include <string>
#include <string_view>

namespace spillway::mail {

// Names and code points, as html_entities.cpp lays them out.
extern const std::string_view html_entities;

// Where the text stands: in an attribute "&copy=" and "&copyx" are no references, as links have
// them.
enum class ReferenceContext { text, attribute };

// Appends `html` with its references decoded, with or without a semicolon where browsers do so.
void append_decoded(std::string& text, std::string_view html, ReferenceContext context);

}  // namespace spillway::mail
