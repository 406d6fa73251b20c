// All parts of a message as they are labelled, multiparts and messages included: for people who ask
// how a message is made. Policies need mime.h only.
//
// Pure; what it holds are views into the message and into `parts`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/mime.h"

namespace spillway::mail {

struct LabelledPart {
    std::string path;  // "1.2"; "" for the message itself where it has parts, else "1"
    std::vector<std::string> types;  // several where the fields say several things; "" for no type
    std::vector<std::string> encodings, charsets;
    std::vector<std::string> dispositions;  // "attachment", "inline"
    std::vector<std::string> names;         // as in FilePart
    std::string_view body;                  // as it was sent
};

struct PartTree {
    Parts parts;
    std::vector<LabelledPart>
        labels;  // in the order in which they were read: a part before its own
};

// Taken apart by parts_of() itself, with the same limits; implemented beside it.
PartTree part_tree_of(std::string_view message, const ReadingLimits& limits);

}  // namespace spillway::mail
