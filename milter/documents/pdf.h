// What the process needs for PDF before it loses the right to open files.
#pragma once

namespace spillway::documents {

// Loads Poppler's tables and what iconv needs for it. To be called once, by the only thread; holds
// on to what it has loaded for the life of the process. Throws std::runtime_error when the text of
// a document of its own is not found.
void prepare_pdf();

}  // namespace spillway::documents
