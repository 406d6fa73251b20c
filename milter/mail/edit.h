// A change to a message as ranges of its bytes and header fields, so that a large message is never
// held twice: all bytes that no range names stay as they are.
//
// Plain values; whoever applies them has the message.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// What stands from `begin` up to `end` becomes `bytes`; both count from the message's first byte.
struct Replacement {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string bytes;
};

struct BodyEdit {
    std::size_t body = 0;              // where the body begins, behind the empty line
    std::vector<Replacement> changes;  // all of the body, in order, none within another
};

// All header fields of this name become one with `value`, or none at all. Folds are "\n" and a
// blank, and there is no blank before the first character.
struct FieldChange {
    std::string name;
    std::optional<std::string> value;
};

struct MessageEdit {
    BodyEdit body;
    std::vector<FieldChange> fields;
};

// The body as edited, in pieces that point into `message` or into the edit.
void edited_body(std::string_view message, const BodyEdit& edit,
                 const std::function<void(std::string_view piece)>& take);

}  // namespace spillway::mail
