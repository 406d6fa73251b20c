// Whether all readers see the same entries in a zip file.
//
// Some go by the directory at its end (APPNOTE 4.3.12), some by the headers before the entries
// (4.3.7); what only one of the two names would get past whoever looks at the other.
#pragma once

#include <string_view>

namespace spillway::documents {

enum class ZipLayout {
    plain,         // each entry is in the directory, stands by itself, and is described alike twice
    ambiguous,     // hidden or overlapping entries, or descriptions that differ
    no_directory,  // broken off: only the headers before the entries can be gone by
};

// Time is linear in the size of the file, but for sorting its entries.
ZipLayout zip_layout(std::string_view bytes);

}  // namespace spillway::documents
