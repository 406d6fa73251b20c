// Text of ours in the charset of a message, exactly or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::mail {

// What a label means to somebody who adds text.
enum class CharsetKind {
    ascii,         // ASCII, or a label that says nothing
    ascii_within,  // bytes below 128 are ASCII wherever they stand: UTF-8, ISO-8859-1, windows-1252
    other,         // UTF-16, UTF-7, ISO-2022-JP: nothing can be added without reading it all
    unknown,
};
CharsetKind charset_kind(std::string_view label);

// nullopt when the charset lacks a character, or is not known.
std::optional<std::string> from_utf8(std::string_view utf8, std::string_view label);

// nullopt when some bytes are not of the charset, or it is not known. A label that says nothing
// means UTF-8. A byte order mark is no part of the text.
std::optional<std::string> exact_utf8(std::string_view bytes, std::string_view label);

}  // namespace spillway::mail
