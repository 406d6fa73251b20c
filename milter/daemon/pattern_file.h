// Compiled patterns in the state folder, so that a start or reload need not compile again what has
// not changed.
//
// The file is written beside and renamed, readable and writable by its owner alone. There is one
// for each user the daemon has run as: what another user could have written is not read, for the
// engine believes what a database says. Whatever is wrong with the file, it is as if there were
// none.
//
// One thread at a time.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "language/compile.h"
#include "match/pattern_set.h"

namespace spillway::daemon {

std::vector<match::SavedSet> kept_patterns(const std::string& folder);

// A folder that does not exist yet is no failure: then nothing is kept.
tl::expected<void, std::string> keep_patterns(const std::string& folder,
                                              const std::vector<match::SavedSet>& sets);

// The files on disk, with compiled patterns kept in the state folder.
language::Files disk_files_and_patterns();

}  // namespace spillway::daemon
