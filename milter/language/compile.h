// Text into policy: the one entrance to the language.
//
// Pure but for the two functions it is given to read files with. Grammar and words:
// spillway.conf(5).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "language/diagnostics.h"
#include "language/settings.h"
#include "policy/policy.h"

namespace spillway::language {

// Where included files and maps come from. Relative names are resolved against the folder of the
// main file before they are asked for.
struct Files {
    // The text of a file, or why it cannot be read.
    std::function<tl::expected<std::string, std::string>(const std::string& path)> read;
    // The existing files that a pattern with * and ? names, sorted.
    std::function<std::vector<std::string>(const std::string& pattern)> glob;
};

// One loaded state of all files. `diagnostics` may hold warnings.
struct Generation {
    Settings settings;
    std::shared_ptr<const policy::Policy> policy;
    Diagnostics diagnostics;
    int tests_run = 0;
};

// Reads `path` and all it includes, compiles, and runs the test blocks. On any error there is no
// policy (null) and `diagnostics` names every mistake.
Generation load(const std::string& path, const Files& files);

}  // namespace spillway::language
