// The mode statements: how rules are switched without editing the files they are in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "language/arguments.h"
#include "language/ast.h"
#include "language/diagnostics.h"
#include "policy/decision.h"

namespace spillway::language {

policy::Mode take_mode(Arguments& args);

class Switches {
  public:
    // In their order; each mistake is reported.
    Switches(const std::vector<Line>& lines, Diagnostics& diagnostics);

    // What the last statement that names the rule says.
    std::optional<policy::Mode> mode_of(const std::string& rule);
    // A rule that is gone after an upgrade must not be believed to be switched. One of an account
    // may go at any time, and only its account must be stopped by that.
    void report_unused(const std::vector<BlockNode>& rules, Diagnostics& diagnostics) const;

  private:
    struct Switch {
        Word rules;  // a name, or a pattern of glob(7)
        policy::Mode mode;
        bool used = false;
    };
    std::vector<Switch> all_;
};

}  // namespace spillway::language
