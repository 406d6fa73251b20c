// Mail through the machine's own mail server: its sendmail(1), as Postfix and Sendmail both have
// it.
//
// Thread-safe. The program starts with the user and environment of the daemon, no descriptors but
// its own three, and no blocked or ignored signals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/attempt.h"

namespace spillway::daemon {

// The whole command line: `program` (its path, then operator's arguments), -i (a lone dot ends
// nothing), -f <> (nobody is told of a bounce), --, `recipients`.
std::vector<std::string> sendmail_words(const std::vector<std::string>& program,
                                        const std::vector<std::string>& recipients);

// Runs a program with `input` on its standard input. Delivered when it exits with 0. One that has
// not ended when the time is over is killed with all it has started.
Attempt run_program(const std::vector<std::string>& words, std::string_view input,
                    const TimeLeft& left);

}  // namespace spillway::daemon
