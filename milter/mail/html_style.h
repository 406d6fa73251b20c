// As much of CSS as hides text from a reader.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace spillway::mail {

// Whether declarations ("display:none; ...") hide the element: display, visibility, opacity, a font
// size of zero, mso-hide. The last declaration of a property counts.
bool hides(std::string_view declarations);

// The rules of style elements that hide what they select.
class HidingRules {
  public:
    // Selectors of one element, class or id are understood ("div", ".a", "p.a", "#b"); others, and
    // rules within @media and the like, do not count: what they hide stays visible.
    void add(std::string_view style_sheet);

    bool empty() const { return selectors_.empty(); }
    bool hide(const std::string& element, std::string_view classes, const std::string& id) const;

  private:
    std::unordered_set<std::string> selectors_;
};

}  // namespace spillway::mail
