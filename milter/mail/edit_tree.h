// The parts of a message where they stand, for changing it.
//
// Stricter than parts_of(), which reads what any reader may show: here a part that readers may take
// apart differently is marked as odd, and is not to be changed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mail/content_type.h"

namespace spillway::mail {

// A field whose name begins with "Content-", with all lines folded into it and its line end.
struct PartField {
    std::string_view name, whole, value;
};

struct EditPart {
    std::string path;        // as that of a FilePart; "" for the message
    std::size_t header = 0;  // where it begins, counted from the message's first byte
    std::size_t body = 0;    // behind the empty line
    std::size_t end = 0;
    bool empty_line = false;  // ends the header; without one the body is empty, or the part is odd
    std::size_t field_count = 0;
    bool mime_version = false;  // has a field of this name
    std::vector<PartField> fields;

    ContentType content;    // text/plain where there is no such field
    std::string encoding;   // in lower case; "" where there is no such field
    bool attached = false;  // by its disposition
    bool named = false;
    std::string odd;  // why it is not to be changed, in a few words; "" where it may be
    std::vector<EditPart> parts;

    bool is_top() const { return path.empty(); }
    bool is_multipart() const { return content.is_under("multipart/"); }
    // Null when there is none; where there are several, the part is odd.
    const PartField* field(std::string_view name) const;
};

// Bodies of attached messages are not taken apart. Linear in the size of the message times the
// depth of its parts, which is limited: what is nested deeper is odd.
EditPart edit_tree(std::string_view message);

}  // namespace spillway::mail
