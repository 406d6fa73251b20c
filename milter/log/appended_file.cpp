#include "log/appended_file.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace spillway::log {
namespace {

// Lines name people and their mail: not for everybody on the machine. A link is refused, because
// who owns the folder could let a daemon started as root write to any file.
int open_to_append(const std::string& path) {
    const int fd =
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0 && errno == ELOOP)
        throw std::runtime_error(
            fmt::format("cannot open the log file {}: it is a symbolic link", path));
    if (fd < 0)
        throw std::runtime_error(fmt::format("cannot open the log file {}: {}", path,
                                             std::generic_category().message(errno)));
    return fd;
}

}  // namespace

AppendedFile::AppendedFile(std::string path) : path_(std::move(path)), fd_(open_to_append(path_)) {}

AppendedFile::~AppendedFile() { ::close(fd_); }

void AppendedFile::reopen() {
    const int fresh = open_to_append(path_);
    const std::lock_guard<std::mutex> lock(mutex_);
    ::close(std::exchange(fd_, fresh));
}

// One write a line, so that lines stay whole even when two processes append to the file. What
// cannot be written (disk full) is lost: mail must not wait for its log.
void AppendedFile::sink_it_(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    while (::write(fd_, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

}  // namespace spillway::log
