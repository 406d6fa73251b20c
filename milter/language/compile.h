// Text into policy: the one entrance to the language.
//
// Pure but for the functions it is given to read and keep files with. Grammar and words:
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
#include "match/pattern_set.h"
#include "policy/policy.h"

namespace spillway::language {

// Where included files and maps come from. Relative names are resolved against the folder of the
// main file before they are asked for.
struct Files {
    // The text of a file, or why it cannot be read.
    std::function<tl::expected<std::string, std::string>(const std::string& path)> read;
    // The existing files that a pattern with * and ? names, sorted.
    std::function<std::vector<std::string>(const std::string& pattern)> glob;
    // The compiled patterns kept in a state folder, and the keeping of others in their place, or
    // why that failed. Without them every load compiles; what is loaded is the same.
    std::function<std::vector<match::SavedSet>(const std::string& folder)> kept_patterns = {};
    std::function<tl::expected<void, std::string>(const std::string& folder,
                                                  const std::vector<match::SavedSet>& sets)>
        keep_patterns = {};
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
