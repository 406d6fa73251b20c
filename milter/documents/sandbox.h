// Giving up all rights, in two steps, each for ever.
//
// By seccomp: a system call that is not needed ends the process; those by which libraries look
// for files they could do without say "permission denied". By limits: no descriptors, files,
// processes or core dumps, so much memory and time of the processor.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace spillway::documents {

// The filter for readers, made ready beforehand so that it costs a document next to nothing.
class ReaderFilter {
  public:
    // Throws std::runtime_error when libseccomp fails.
    ReaderFilter();

    // From here on the process can only read what it has and write. Throws std::system_error.
    void apply() const;

  private:
    std::string program_;  // sock_filter instructions, as the kernel wants them
};

// What a keeper may do: take documents, start readers, wait for them. Neither files nor the network
// can be opened from here on. Throws std::system_error or std::runtime_error.
void restrict_keeper();

// Of a reader, before its filter. Throws std::system_error.
struct Bounds {
    std::uint64_t memory_bytes;  // of address space, more than there is now
    std::uint32_t time_ms;       // of the processor, from now on; ends it by SIGPROF
};
void bound(const Bounds& bounds);

}  // namespace spillway::documents
