// The text of Word, PowerPoint and Excel documents from 97 to 2003.
#pragma once

#include <cstddef>
#include <string>

#include "documents/compound_file.h"

namespace spillway::documents {

struct OldOfficeText {
    std::string text;
    bool encrypted = false;
    bool damaged = false;
    bool partly = false;    // there is text, or may be, that is not read
    bool too_much = false;  // text beyond the limit
};

// [MS-DOC]: all pieces of the document, its notes, headers and comments, in order of storage.
OldOfficeText word_text(const CompoundFile& file, std::size_t most);

// [MS-PPT]: all text atoms.
OldOfficeText slides_text(const CompoundFile& file, std::size_t most);

// [MS-XLS]: labels and numbers of all cells; a row ends a line, a cell in a tab.
OldOfficeText sheets_text(const CompoundFile& file, std::size_t most);

}  // namespace spillway::documents
