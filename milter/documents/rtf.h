// Rich Text Format (Microsoft, version 1.9.1), as much of it as there is text in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::documents {

struct RtfText {
    std::string text;
    std::string aside;      // hidden and deleted text, notes, headers, fields, unknown destinations
    bool damaged = false;   // broken off within a group
    bool too_deep = false;  // more than a million groups within each other
    bool too_much = false;  // text beyond the limit
    bool objects = false;   // another document is embedded, which is not read
};

// No more than about `most` bytes of text. Without recursion, and linear in time.
RtfText rtf_text(std::string_view rtf, std::size_t most);

}  // namespace spillway::documents
