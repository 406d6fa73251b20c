// Setting statements into Settings.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <date/tz.h>

#include "language/ast.h"
#include "language/compile_notice.h"
#include "language/diagnostics.h"
#include "language/settings.h"
#include "policy/policy.h"

namespace spillway::language {

// What settings say about the policy itself rather than about the daemon.
struct PolicySettings {
    std::optional<Word> accounts;  // the map's name
    std::optional<std::int64_t> text_limit;
    NoticeWords notice;
    const date::time_zone* zone = nullptr;        // never null afterwards
    std::vector<policy::Fallback> without_login;  // empty: as it is by default
    std::vector<policy::Fallback> local_identity;
};

PolicySettings read_settings(const std::vector<Line>& lines, Settings& settings,
                             Diagnostics& diagnostics);

}  // namespace spillway::language
