// The filter as a process part: its socket, its life, its end. What main needs of libmilter.
//
// One filter a process: libmilter keeps its state in globals. Order of use: open_socket, then drop
// privileges, then serve, then drain, then save what is to be saved and _exit: libmilter's threads
// outlive serve(), so no static destructor may run under them.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "language/settings.h"
#include "session/session.h"

namespace spillway::mta {

// Another process listens there already.
struct SocketInUse : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// "unix:/path", "inet:port@host", "inet6:port@[host]" or "fd:3": what libmilter calls it.
std::string libmilter_name(const language::Listen& listen);

// Listens. A stale unix socket is replaced; mode and group are as set. Throws SocketInUse, or
// std::runtime_error with the place and the reason. A relative or foreign file that is no socket is
// never removed.
void open_socket(const language::Listen& listen);

// Serves until SIGTERM, SIGINT or SIGHUP, all three of which libmilter takes for itself and treats
// as stop; an idle process may need 5 seconds to notice. False when libmilter ended in error.
// `around` must outlive the process. Called once.
bool serve(const session::Surroundings& around);

// After serve(): from now on messages at their end are deferred uncounted; waits until those being
// decided have been answered. False when the deadline passed first.
bool drain(std::chrono::milliseconds deadline);

}  // namespace spillway::mta
