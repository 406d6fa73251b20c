// The texts of a message one by one, each with the place it stands at: for people who ask where
// something was found, and what is read there.
//
// What contents.h joins to one text is read here part by part, by the same functions.
#pragma once

#include <string>
#include <vector>

#include "policy/facts.h"

namespace spillway::policy {

struct PlacedText {
    std::string part;  // "1.2" as in mail/mime.h; "" for what stands in no part, such as a field
    std::string file;  // the attachment's name, then the path within it: "a.zip/b.txt"; may be ""
    std::string text;  // as conditions see it, not folded
};

// All texts of a field of contents; none for other fields. The texts of attachments are there once
// facts.contents knows them. All together they are no longer than the limit on text; what is beyond
// it is left out.
std::vector<PlacedText> texts_by_place(Field field, Facts& facts);

}  // namespace spillway::policy
