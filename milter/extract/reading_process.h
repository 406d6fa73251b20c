// One keeper of reading processes: a program that has loaded all it needs, and then forks a process
// for each document, so that a document that takes its reader over does not get to see, or to
// answer for, the next one.
//
// Used by one thread at a time. The keeper and what it has started is killed with this object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "extract/extracted.h"
#include "extract/wire.h"
#include "system/descriptor.h"

namespace spillway::extract {

using Deadline = std::chrono::steady_clock::time_point;

class ReadingProcess {
  public:
    // Starts the program. Throws std::system_error when it cannot be started.
    explicit ReadingProcess(const std::string& program);
    ~ReadingProcess();
    ReadingProcess(const ReadingProcess&) = delete;
    ReadingProcess& operator=(const ReadingProcess&) = delete;

    // Hands the document over and waits for what is found in it. Nullopt when the keeper died
    // before anything was: the document may be given to another one.
    std::optional<Extracted> read(const Request& request, int document, Deadline deadline);

    // Whether it may be given another document.
    bool is_fit() const { return fit_; }

    pid_t pid() const { return pid_; }

  private:
    Trouble wait_for_status(Deadline deadline);

    pid_t pid_ = 0;
    system::Descriptor socket_;
    bool fit_ = true;
};

}  // namespace spillway::extract
