// Footer blocks into what rules put into messages.
#pragma once

#include <string>
#include <string_view>

#include "language/ast.h"
#include "language/compile.h"
#include "language/names.h"

namespace spillway::language {

// The words that may stand in a footer; check-docs holds them against the manual.
inline constexpr std::string_view footer_words[] = {"text", "html", "place", "once", "else"};

// Declares all footers in `names`; their texts may be in files, which are looked for below
// `folder`. Each mistake is reported.
void compile_footers(const Program& program, const Files& files, const std::string& folder,
                     Names& names, Diagnostics& diagnostics);

}  // namespace spillway::language
