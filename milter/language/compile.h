// Text into policy: the one entrance to the language.
//
// Pure but for the functions it is given to read and keep files with. Grammar and words:
// spillway.conf(5).
#pragma once

#include <functional>
#include <map>
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
    // Reads `name` below `folder` as `read` does, but not what a symbolic link outside of it leads
    // to: for files that customers write. Empty: as read().
    std::function<tl::expected<std::string, std::string>(const std::string& folder,
                                                         const std::string& name)>
        read_within = {};
    // The compiled patterns kept in a state folder, and the keeping of others in their place, or
    // why that failed. Without them every load compiles; what is loaded is the same.
    std::function<std::vector<match::SavedSet>(const std::string& folder)> kept_patterns = {};
    std::function<tl::expected<void, std::string>(const std::string& folder,
                                                  const std::vector<match::SavedSet>& sets)>
        keep_patterns = {};
};

// All files of the folder of an account or domain as they were read: path and text.
using FolderText = std::map<std::string, std::string>;
using FolderTexts = std::map<std::string, std::shared_ptr<const FolderText>>;  // by its name

// One loaded state of all files. `diagnostics` may hold warnings.
struct Generation {
    Settings settings;
    std::shared_ptr<const policy::Policy> policy;
    Diagnostics diagnostics;
    int tests_run = 0;

    // What is wrong in folders of accounts, which does not keep the policy from taking effect; see
    // Policy::faulty_folders.
    Diagnostics of_folders{};
    FolderTexts folders{};  // those whose rules are in this policy
};

// Reads `path` and all it includes, compiles, and runs the test blocks. On any error there is no
// policy (null) and `diagnostics` names every mistake. A folder of an account that has mistakes now
// is taken from `former`, the folders of the generation in force, if it was good there.
Generation load(const std::string& path, const Files& files, const FolderTexts& former = {});

}  // namespace spillway::language
