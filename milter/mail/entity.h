// One MIME entity: its header fields that matter here, and its body, as views into the message.
#pragma once

#include <cstddef>
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

// The name of the field that the line begins, or "" when it begins none. Blanks before the colon
// are wrong but frequent.
std::string_view field_name(std::string_view line);

// The end of the field that begins here, with the lines that are folded into it.
std::size_t field_end(std::string_view text, std::size_t begin);

// What the line is to a multipart with this boundary (RFC 2046 section 5.1.1).
enum class Delimiter { none, part, end };
Delimiter delimiter(std::string_view line, std::string_view boundary);

}  // namespace spillway::mail
