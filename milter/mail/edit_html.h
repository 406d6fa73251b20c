// Where text may be put into HTML so that a person sees it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::mail {

struct HtmlPlaces {
    // Behind all that is shown: before the last </body>, else before the last </html>, else at the
    // end; before what is hidden or never closed where that would swallow it.
    std::size_t end = 0;
    // Before the message that is replied to or forwarded, and what introduces it, as mail programs
    // mark it; only where the sender's own text does not go on behind it.
    std::optional<std::size_t> before_quote;
};

// nullopt when it cannot be told what a reader would show of text at the end. `html` may be in any
// charset that has ASCII within. Linear in its size.
std::optional<HtmlPlaces> html_places(std::string_view html);

// Plain text as HTML that shows the same: lines, blanks at their beginning, special characters.
std::string html_of_plain(std::string_view text);

// All but ASCII as character references, which mean the same in any charset.
std::string with_references(std::string_view utf8);

// The text of a message part in a form that survives quoting: marks of quoting and white space make
// no difference.
std::string without_quoting(std::string_view utf8);

}  // namespace spillway::mail
