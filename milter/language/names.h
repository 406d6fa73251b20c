// The names a policy declares: maps, windows, tags, the time zone. Used while compiling only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include <date/tz.h>

#include "language/ast.h"
#include "language/compile.h"
#include "match/map.h"
#include "policy/window.h"

namespace spillway::language {

using MapValue = std::variant<std::shared_ptr<match::ValueSet>, std::shared_ptr<match::PairMap>,
                              std::shared_ptr<match::NetworkSet>>;

struct NamedMap {
    Place place;
    MapValue is;
    bool used = false;
};
struct NamedWindow {
    Place place;
    std::shared_ptr<policy::Window> window;
    bool used = false;
};

struct Names {
    std::map<std::string, NamedMap> maps;
    std::map<std::string, NamedWindow> windows;
    std::set<std::string> tags;  // that some rule sets
    const date::time_zone* zone = nullptr;
    int memos = 0;

    // Mistake with a suggestion when there is none of this name.
    NamedMap& map(const Word& name);
    NamedWindow& window(const Word& name);
};

// Declares all maps and windows of a program; `files` reads map files, relative to `folder`.
void declare(const Program& program, const Files& files, const std::string& folder, Names& names,
             Diagnostics& diagnostics);

// Warns of maps and windows that nothing uses.
void warn_unused(const Names& names, Diagnostics& diagnostics);

// `name` as it is when absolute, else below `folder`.
std::string below(const std::string& folder, const std::string& name);

}  // namespace spillway::language
