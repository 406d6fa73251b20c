// What is to be known of HTML elements to follow which of them are open. Sources are sections of
// the HTML standard. Pure.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spillway::mail {

// Names are in lower case.
bool is_void(std::string_view name);   // has no end tag (13.1.2)
bool is_block(std::string_view name);  // stands on lines of its own (15.3)

// One element and those open within it, such as the outermost that is hidden. There is no tree:
// this is all that has to be known of one. Bounded: what is nested deeper than anybody writes ends
// early.
class OpenElements {
  public:
    bool any() const { return !open_.empty(); }

    void begin(const std::string& name);

    // Closes all up to the innermost of this name; an end tag without a start does nothing.
    void end(const std::string& name);

    // Some elements end where the next one begins (13.1.2.4).
    void end_implied_by(const std::string& name);

  private:
    void pop();

    std::vector<std::string> open_;
    std::unordered_map<std::string, int> count_;
};

}  // namespace spillway::mail
