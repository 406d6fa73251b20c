// The address a link goes to, spelled so that rules can find it (WHATWG URL Standard, RFC 3986).
//
// Pure, for any number of threads; nothing is an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::mail {

// A link in the spellings under which it is searched, without repetition: as browsers go by it
// (scheme and host in lower case, the host in A-labels, numbers of IPv4 with dots, no tabs and line
// ends, "\" as "/"), with the host in U-labels, and each with "%41" decoded. Empty for an empty
// link.
std::vector<std::string> spellings_of_link(std::string_view link);

// Where a link within a document with this base (an absolute URL, or "") leads; the link itself
// when it is absolute already or there is no base (RFC 3986 section 5.2, dot segments are kept).
std::string resolved_link(std::string_view link, std::string_view base);

// The text in UTF-8 that a data: URL of a text type holds (RFC 2397); nothing for other links.
std::optional<std::string> text_of_data_url(std::string_view link);

// "%41" is "A"; what is no escape stays.
std::string percent_decoded(std::string_view text);

}  // namespace spillway::mail
