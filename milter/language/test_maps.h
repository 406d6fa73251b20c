// What maps kept elsewhere are said to hold in a test: nothing outside is asked there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "language/arguments.h"
#include "language/ast.h"
#include "policy/lookups.h"

namespace spillway::language {

class TestMaps {
  public:
    // "map NAME ENTRY...", "map NAME KEY VALUE..." or "map NAME unavailable". Throws Mistake.
    void read(Arguments& args, const Program& program);

    // Maps and keys that were not read of hold nothing. Refers to this.
    policy::LookUp look_up() const;

  private:
    match::Found answer(const match::Question& question) const;

    std::set<std::string> unavailable_;
    // By the map's name and, of pairs, the key; of sets the key is "".
    std::map<std::pair<std::string, std::string>, match::Values> held_;
};

}  // namespace spillway::language
