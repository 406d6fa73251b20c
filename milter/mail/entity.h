// One MIME entity: its header fields that matter here, and its body, as views into the message.
#pragma once

#include <string_view>
#include <vector>

namespace spillway::mail {

struct Entity {
    // Raw values, all of them.
    std::vector<std::string_view> content_types, transfer_encodings, dispositions;
    std::string_view body;
};

// The header ends at an empty line or at the first line that is no field: what follows is body,
// as an entity without any header has only that.
Entity parse_entity(std::string_view text);

bool begins_with_field(std::string_view text);

// One line of a text, and where the next one begins.
struct Line {
    std::string_view text;  // without its end, CRLF or LF
    std::size_t next;       // the size of the text after the last line
};
Line line_at(std::string_view text, std::size_t begin);

}  // namespace spillway::mail
