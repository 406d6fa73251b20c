// Maps that are kept elsewhere: in Redis, in an SQLite file, behind a socketmap server.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "language/ast.h"
#include "language/diagnostics.h"
#include "language/settings.h"
#include "match/outside.h"

namespace spillway::language {

// What stands after the kind of such a map; check-docs holds it against the manual.
inline constexpr std::array<std::string_view, 3> outside_words{"redis", "sqlite", "socketmap"};

// Of a node that has `outside`. Files are relative to `folder`. Throws Mistake.
std::shared_ptr<match::OutsideMap> outside_map(const MapNode& node, const std::string& folder);

// Sets in Redis are in the one that counts: without it they are mistakes.
void check_redis_maps(const Program& program, const Settings& settings, Diagnostics& diagnostics);

}  // namespace spillway::language
