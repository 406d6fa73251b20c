// Encoded words in header fields (RFC 2047), as lenient readers take them.
#pragma once

#include <string>
#include <string_view>

namespace spillway::mail {

// `raw` in UTF-8 with its encoded words decoded: wherever they stand, with blanks in them, without
// padding, a character split over two of them. White space between two words vanishes, all other
// line ends and characters stay as they are.
std::string decoded_words(std::string_view raw);

// The value of an unstructured field that shows `text` (UTF-8): as it is when it is printable ASCII
// that no reader would decode, else as encoded words, a line each. What is not UTF-8 or controls is
// replaced, so the value cannot end its field.
std::string field_text(std::string_view text);

}  // namespace spillway::mail
