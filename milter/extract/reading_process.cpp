#include "extract/reading_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "system/files.h"
#include "system/program.h"

namespace spillway::extract {

namespace {

using std::chrono::milliseconds;
using system::fail;

struct Pair {
    system::Descriptor ours, theirs;
};

Pair control_sockets() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail("make a pair of sockets");
    return {system::Descriptor(ends[0]), system::Descriptor(ends[1])};
}

// False when the time was up.
bool wait_until_readable(int fd, Deadline deadline) {
    for (;;) {
        const auto left =
            std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left <= left.zero()) return false;
        pollfd watched{fd, POLLIN, 0};
        const int longest = 60'000;
        const int ready =
            ::poll(&watched, 1, static_cast<int>(std::min<long>(left.count(), longest)));
        if (ready > 0) return true;
    }
}

// What the process writes until it closes its end, which its death does for it.
Trouble gather(int pipe, Unframer& unframer, Deadline deadline) {
    std::array<char, 65536> block;
    for (;;) {
        const ssize_t size = ::read(pipe, block.data(), block.size());
        if (size == 0) return Trouble::none;
        if (size > 0) {
            if (!unframer.take({block.data(), static_cast<std::size_t>(size)}))
                return Trouble::crashed;
            if (std::chrono::steady_clock::now() >= deadline) return Trouble::time;
        } else if (errno == EAGAIN) {
            if (!wait_until_readable(pipe, deadline)) return Trouble::time;
        } else if (errno != EINTR) {
            fail("read what was found in a document");
        }
    }
}

Trouble trouble_in(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Trouble::none;
    if (!WIFSIGNALED(status)) return Trouble::crashed;
    const int signal = WTERMSIG(status);
    return signal == SIGPROF || signal == SIGXCPU ? Trouble::time : Trouble::crashed;
}

}  // namespace

ReadingProcess::ReadingProcess(const std::string& program) {
    Pair sockets = control_sockets();
    static_assert(control_descriptor == STDIN_FILENO);
    // Nothing of the daemon's surroundings: no library path, no locale, no secret.
    pid_ = system::start_program({program}, {"LC_ALL=C.UTF-8"},
                                 {sockets.theirs.get(), STDERR_FILENO, STDERR_FILENO});
    socket_ = std::move(sockets.ours);
}

ReadingProcess::~ReadingProcess() {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
}

std::optional<Extracted> ReadingProcess::read(const Request& request, int document,
                                              Deadline deadline) {
    system::Pipe pipe;
    fit_ = false;  // until its status says that the document is done with
    if (!send_request(socket_.get(), request, document, pipe.in.get())) return std::nullopt;
    pipe.in.close();
    Unframer unframer(request.limits);
    Trouble trouble = gather(pipe.out.get(), unframer, deadline);
    const bool closed = trouble == Trouble::none;
    if (closed) trouble = wait_for_status(deadline);
    const bool ended = unframer.ended();
    Extracted extracted = std::move(unframer).result();
    // The keeper has died, which no document can bring about, and nothing has been read.
    if (closed && trouble == Trouble::crashed && !fit_ && extracted.pieces.empty())
        return std::nullopt;
    if (trouble == Trouble::none && !ended) trouble = Trouble::crashed;
    if (trouble != Trouble::none) extracted.findings.trouble = trouble;
    return extracted;
}

// Without a status in time there is no telling what the keeper still does: it is not used again.
Trouble ReadingProcess::wait_for_status(Deadline deadline) {
    if (!wait_until_readable(socket_.get(), deadline)) return Trouble::time;
    const auto status = receive_status(socket_.get());
    if (!status) return Trouble::crashed;
    fit_ = true;
    return trouble_in(*status);
}

}  // namespace spillway::extract
