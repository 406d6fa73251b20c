// What kind of document bytes are: by their content first, then by what they are called.
#pragma once

#include <string_view>
#include <vector>

namespace spillway::documents {

enum class Kind {
    archive,  // anything libarchive reads: zip and what is built upon it, tar, 7z, rar, gz ...
    pdf,
    rtf,
    compound,  // Microsoft's compound file: old Office documents, encrypted new ones
    html,
    xml,      // with an office document or without
    message,  // RFC 5322
    text,
};

struct Recognised {
    Kind kind;
    std::string_view type;  // the media type
};

// All kinds some program would take the bytes for, the surest one first; none for bytes without
// text, such as pictures. Several are common among hostile files: a PDF before which a zip stands
// is both. `name` is that of the file, `label` a media type without parameters in lower case.
std::vector<Recognised> recognised(std::string_view bytes, std::string_view name,
                                   std::string_view label);

// Text of 16 bits a character without a mark: zeros in about every other byte.
bool looks_wide(std::string_view bytes);

// The media type of bytes without text, "" when unknown.
std::string_view other_type(std::string_view bytes);

}  // namespace spillway::documents
