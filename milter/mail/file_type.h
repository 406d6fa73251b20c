// What a file is by its content.
//
// A table of our own rather than libmagic: the types that policies are about are few, the answer is
// the same on every machine and safe in all threads, and no file of patterns has to be loaded.
#pragma once

#include <cstddef>
#include <string_view>

namespace spillway::mail {

// How much of a file file_type() looks at; with less it knows less.
inline constexpr std::size_t file_type_bytes = 33 * 1024;

// The media type by the file's first bytes, in lower case; "" when they say nothing. Programs for
// Windows are application/x-dosexec, for Unix application/x-executable, scripts that begin with
// "#!" text/x-script; documents of Office and OpenDocument are told from other ZIP archives by
// their members; text without any mark is text/plain.
std::string_view file_type(std::string_view beginning);

// Whether the file is a message or data encrypted with PGP (RFC 4880, RFC 9580) or CMS (RFC 5652,
// RFC 5083).
bool is_encrypted_file(std::string_view beginning);

}  // namespace spillway::mail
