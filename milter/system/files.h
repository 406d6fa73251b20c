// Writing to files, in the words that errors are told with.
//
// Thread-safe. Throws std::system_error, whose text names what could not be done.
#pragma once

#include <string>
#include <string_view>

#include "system/descriptor.h"

namespace spillway::system {

// "cannot WHAT: No such file or directory", from errno, as an exception.
[[noreturn]] void fail(const std::string& what);

// All of it, however many calls it takes; `what` is what could not be done if it fails, as
// "write /var/lib/spillway/counts".
void write_all(int fd, std::string_view bytes, const std::string& what);

// An empty file in the folder that nobody else can open and that is gone with its last descriptor.
Descriptor open_unlinked(const std::string& folder);

}  // namespace spillway::system
