// Where the program that reads documents is.
#pragma once

#include <string>

namespace spillway::extract {

// For a program with this path: spillway-extract beside it, as in a build, else in libexec of the
// same prefix, as installed; the path of the latter when it is in neither place.
std::string reading_program(const std::string& own_path);

// For the program that runs. Throws std::system_error where there is no /proc.
std::string reading_program();

}  // namespace spillway::extract
