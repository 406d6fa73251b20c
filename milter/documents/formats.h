// The readers of formats, each for bytes that are, or pretend to be, of its kind.
//
// They tell what they find to the reading, and never throw for what the bytes contain. Sources:
// plain text, HTML, messages: mail/; archives: libarchive; PDF: Poppler; the others are read by
// themselves as the comments in their files say.
#pragma once

#include <string_view>

#include "documents/reading.h"

namespace spillway::documents {

void read_archive(Reading& reading, const Document& document, std::string_view type);
void read_pdf(Reading& reading, const Document& document, std::string_view type);
void read_rtf(Reading& reading, const Document& document, std::string_view type);
void read_compound(Reading& reading, const Document& document, std::string_view type);
void read_html(Reading& reading, const Document& document, std::string_view type);
void read_xml(Reading& reading, const Document& document, std::string_view type);
void read_message(Reading& reading, const Document& document, std::string_view type);
void read_text(Reading& reading, const Document& document, std::string_view type);

}  // namespace spillway::documents
