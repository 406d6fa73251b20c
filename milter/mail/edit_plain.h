// Where a footer goes in plain text, and how it is laid out there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::mail {

struct Insertion {
    std::size_t at = 0;  // the bytes before it stay before it
    std::string text;
};

// RFC 3676: lines that end in a blank go on, without that blank when `deletes_blanks`.
struct PlainForm {
    bool flowed = false;
    bool deletes_blanks = false;
};

// Where the quoted message begins, with the line or lines that introduce it: the separator of
// Outlook and its like with all behind it, or lines marked with ">" with which the text ends.
// nullopt where the sender's own text goes on behind it. `text` may be in any charset that has
// ASCII within.
std::optional<std::size_t> quote_begin(std::string_view text);

// `footer` (UTF-8, lines end with "\n") on lines of its own, at a place where a line begins or the
// text ends, with an empty line between it and what surrounds it.
Insertion plain_insertion(std::string_view text, std::size_t at, std::string_view footer,
                          const PlainForm& form);

// Text that is signed or encrypted within (RFC 4880 sections 6.2 and 7): any change breaks it.
bool holds_pgp_armor(std::string_view text);

}  // namespace spillway::mail
