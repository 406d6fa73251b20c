#include "extract/reading_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace spillway::extract {

namespace {

using std::chrono::milliseconds;

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

struct Pair {
    Descriptor ours, theirs;
};

Pair control_sockets() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail(errno, "cannot make a pair of sockets");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Pair output_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "cannot make a pipe");
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // of our end alone: two file descriptions
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// The keeper gets the socket and our standard error, and none of the connections of the mail
// server, which libmilter does not mark close-on-exec.
class Actions {
  public:
    explicit Actions(int socket) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, socket, control_descriptor);
        posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
    }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

// A process group of its own, to be killed as a whole, and every signal as a new program expects
// it.
class Attributes {
  public:
    Attributes() {
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

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
            fail(errno, "cannot read what was found in a document");
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
    const Actions actions(sockets.theirs.get());
    const Attributes attributes;
    std::string name = program;
    const std::array<char*, 2> arguments{name.data(), nullptr};
    // Nothing of the daemon's surroundings: no library path, no locale, no secret.
    std::string no_leak = "LC_ALL=C.UTF-8";
    const std::array<char*, 2> environment{no_leak.data(), nullptr};
    const int error = ::posix_spawn(&pid_, program.c_str(), actions.get(), attributes.get(),
                                    arguments.data(), environment.data());
    if (error != 0) fail(error, "cannot run " + program);
    socket_ = std::move(sockets.ours);
}

ReadingProcess::~ReadingProcess() {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
}

std::optional<Extracted> ReadingProcess::read(const Request& request, int document,
                                              Deadline deadline) {
    Pair pipe = output_pipe();
    fit_ = false;  // until its status says that the document is done with
    if (!send_request(socket_.get(), request, document, pipe.theirs.get())) return std::nullopt;
    pipe.theirs.close();
    Unframer unframer(request.limits);
    Trouble trouble = gather(pipe.ours.get(), unframer, deadline);
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
