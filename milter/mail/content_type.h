// The Content-Type field of MIME (RFC 2045 section 5, RFC 2231), read leniently. Of a
// Content-Disposition field (RFC 2183) the parameters are read in the same way.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::mail {

struct ContentType {
    std::string type;  // "text/plain", in lower case; "" when the field names no type and subtype
    std::vector<std::pair<std::string, std::string>>
        parameters;  // names in lower case, as they come, those in pieces last

    // The different values of one parameter, at most three: the first, and the last two. Readers
    // who are given several take the first or the last; one in pieces (RFC 2231), which stands at
    // the end, they prefer or do not know.
    std::vector<std::string> all(std::string_view name) const;
    bool has(std::string_view name, std::string_view value) const;  // without regard to case

    bool is_under(std::string_view top_level) const { return type.starts_with(top_level); }
};

ContentType parse_content_type(std::string_view value);

// The word that a Content-Transfer-Encoding or Content-Disposition field begins with, in lower
// case, without quotes and comments.
std::string first_word(std::string_view value);

}  // namespace spillway::mail
