// What is wrong with a policy text: all mistakes at once, each at file:line:column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway::language {

struct Place {
    std::string file;
    int line = 1;    // from 1
    int column = 1;  // from 1, in characters
};

enum class Severity { error, warning };

struct Diagnostic {
    Place place;
    Severity severity = Severity::error;
    std::string message;

    std::string text()
        const;  // "rules/a.rules:3:7: error: unknown action "rejct", did you mean "reject"?"
};

class Diagnostics {
  public:
    void error(Place place, std::string message);
    void warning(Place place, std::string message);
    bool has_errors() const;
    // By file, line and column, as an editor would walk through them.
    void sort();
    const std::vector<Diagnostic>& all() const { return all_; }

  private:
    std::vector<Diagnostic> all_;
};

// ", did you mean "X"?" for the nearest of `known`, or "" when none is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace spillway::language
