// Compiled pattern sets as the bytes of a file.
//
// Pure functions; any number of threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::match {

// A set in a form that can be kept and loaded instead of compiled. `recipe` is all that it was made
// from, engine and processor included: another recipe is another set.
struct SavedSet {
    std::string recipe;
    std::string database;
};

std::string bytes_of(const std::vector<SavedSet>& sets);

// nullopt for what is damaged or of another version. A checksum tells accidents, not attacks: what
// is read must have been written by oneself (the engine trusts its databases).
std::optional<std::vector<SavedSet>> saved_sets(std::string_view bytes);

}  // namespace spillway::match
