// Files on disk: the policy's, as language::load asks for them, and what else is read whole.
//
// Thread-safe: nothing is kept between calls.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

#include "language/compile.h"
#include "system/descriptor.h"

namespace spillway::daemon {

// A policy or map beyond this is taken for a mistake, not read into memory.
inline constexpr std::size_t largest_file_bytes = 64 * 1024 * 1024;

// Why a file could not be read: the system's error, or (with no error) that it is not a plain file
// or too large.
struct Unreadable {
    std::error_code error;
    std::string why;
};

// The whole of a plain file of up to `largest` bytes. Devices and pipes are refused: opening them
// could block for ever.
tl::expected<std::string, Unreadable> read_file(const std::string& path,
                                                std::size_t largest = largest_file_bytes);

// The same of one that is open.
tl::expected<std::string, Unreadable> contents_of(const system::Descriptor& file,
                                                  std::size_t largest = largest_file_bytes);

// read and glob over the real file system. glob throws std::system_error when a folder exists but
// cannot be listed: rules that silently vanish would be worse than a failed start.
language::Files disk_files();

// "cannot WHAT PATH: No such file or directory", from errno, as an exception.
std::system_error failure(const std::string& what, const std::string& path);

}  // namespace spillway::daemon
