#include "daemon/sendmail.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "system/files.h"
#include "system/program.h"

namespace spillway::daemon {

namespace {

constexpr std::size_t longest_output = 300;

// A file in memory rather than a pipe: the program may read as slowly as it likes, or not at all,
// and nobody waits for it or hears SIGPIPE.
system::Descriptor readable(std::string_view input) {
    system::Descriptor file(::memfd_create("notice", MFD_CLOEXEC));
    if (!file.is_open()) system::fail("make a file in memory");
    system::write_all(file.get(), input, "write a file in memory");
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

// A started program; killed and waited for at the latest when this ends, so that none is left.
class Child {
  public:
    Child(const std::vector<std::string>& words, int input, int output)
        : pid_(system::start_program(words, system::own_environment(), {input, output, output})) {}
    ~Child() {
        if (!status_) stop();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // Once it has ended, its status as wait(2) has it.
    std::optional<int> status() {
        wait(WNOHANG);
        return status_;
    }
    void stop() {
        ::kill(-pid_, SIGKILL);
        wait(0);
    }

  private:
    void wait(int options) {
        int status = 0;
        pid_t ended = -1;
        while ((ended = ::waitpid(pid_, &status, options)) < 0 && errno == EINTR) continue;
        if (ended == pid_) status_ = status;
    }

    const pid_t pid_;
    std::optional<int> status_;
};

// What has been written so far; only its beginning is kept.
void drain(const system::Descriptor& pipe, std::string& output) {
    std::array<char, 4096> block;
    for (ssize_t count = 0; (count = ::read(pipe.get(), block.data(), block.size())) > 0;) {
        const auto kept = std::min(static_cast<std::size_t>(count), longest_output - output.size());
        output.append(block.data(), kept);
    }
}

// The status of the program, if it has ended in time. Its end closes the pipe and so wakes us,
// unless something that it left behind holds the pipe open: then we look now and again.
std::optional<int> wait_for(Child& child, const system::Descriptor& pipe, std::string& output,
                            const TimeLeft& left) {
    pollfd watched{pipe.get(), POLLIN, 0};
    for (;;) {
        const auto time = std::min(left(), longest_wait);
        if (time <= time.zero()) return std::nullopt;
        ::poll(&watched, 1, static_cast<int>(time.count()));
        drain(pipe, output);
        if (const auto status = child.status()) return status;
        // Closed by a program that goes on: poll would return at once from now on.
        if ((watched.revents & POLLHUP) != 0) ::poll(nullptr, 0, 10);
    }
}

constexpr const char* too_long = "took too long and was ended";

std::string ending(int status) {
    if (WIFEXITED(status)) return fmt::format("ended with exit code {}", WEXITSTATUS(status));
    return fmt::format("was ended by signal {}", WTERMSIG(status));
}

Undelivered undelivered(const std::string& program, const std::string& what,
                        std::string_view output) {
    while (output.ends_with('\n')) output.remove_suffix(1);
    return {.why = fmt::format("{} {}{}{}", program, what, output.empty() ? "" : ": ", output)};
}

}  // namespace

std::vector<std::string> sendmail_words(const std::vector<std::string>& program,
                                        const std::vector<std::string>& recipients) {
    std::vector<std::string> words = program;
    words.insert(words.end(), {"-i", "-f", "<>", "--"});
    words.insert(words.end(), recipients.begin(), recipients.end());
    return words;
}

Attempt run_program(const std::vector<std::string>& words, std::string_view input,
                    const TimeLeft& left) {
    const std::string& program = words.front();
    std::string output;
    try {
        const system::Descriptor file = readable(input);
        system::Pipe pipe;
        Child child(words, file.get(), pipe.in.get());
        pipe.in.close();
        const auto status = wait_for(child, pipe.out, output, left);
        if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
        return tl::unexpected(undelivered(program, status ? ending(*status) : too_long, output));
    } catch (const std::system_error& error) {
        return tl::unexpected(Undelivered{.why = error.what()});
    }
}

}  // namespace spillway::daemon
