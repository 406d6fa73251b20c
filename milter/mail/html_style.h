// As much of CSS as hides text from a reader.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace spillway::mail {

// Whether declarations ("display:none; ...") hide the element: display, visibility, opacity, a font
// size of zero, mso-hide. The last declaration of a property counts.
bool hides(std::string_view declarations);

// What declarations say of the order of letters: an override turns round even Latin ones (CSS
// Writing Modes Level 4, section 2.2).
struct Direction {
    bool is_override = false, is_leftwards = false;
};
Direction direction_in(std::string_view declarations);

// The rules of style elements that hide what they select.
class HidingRules {
  public:
    // Selectors of one element, class or id are understood ("div", ".a", "p.a", "#b"); others, and
    // rules within @media and the like, do not count: what they hide stays visible.
    void add(std::string_view style_sheet);

    bool empty() const { return ids_.empty() && classes_.empty(); }

    // `element` is in lower case. Time is that of a few look-ups for each class, however long the
    // name of the element.
    bool hide(std::string_view element, std::string_view classes, std::string_view id) const;

  private:
    // Sorted, not hashed: nobody can choose names that make look-ups slow.
    using Names = std::set<std::string, std::less<>>;

    void add_selector(std::string_view selector);
    static bool have_any(const Names& names, std::string_view words);

    Names ids_;
    std::map<std::string, Names, std::less<>> classes_;  // by element; "" is any element or class
};

}  // namespace spillway::mail
