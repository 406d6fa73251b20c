// Starting other programs.
//
// Thread-safe. Throws std::system_error.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "system/descriptor.h"

namespace spillway::system {

// Both ends of a pipe, closed in programs that are started. Reading never waits.
struct Pipe {
    Descriptor out;  // to read from
    Descriptor in;
    Pipe();
};

// Starts the program that the first word names by its path, in "/" and in a process group of its
// own, to be killed as a whole, with every signal as a new program expects it. It has the given
// descriptors as 0, 1 and so on (at least three), and no other: libmilter does not mark the
// connections of the mail server close-on-exec. The environment is lines NAME=VALUE.
pid_t start_program(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment,
                    const std::vector<int>& descriptors);

// This process's own environment, to be handed on.
std::vector<std::string> own_environment();

}  // namespace spillway::system
