#include "daemon/journal_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

// What was written must be readable at the next start, however much came between two saves.
constexpr std::size_t largest_journal_bytes = std::size_t{64} * 1024 * 1024 * 1024;

}  // namespace

JournalFile::JournalFile(const std::string& folder, const std::string& name, log::Log& log)
    : folder_(folder), name_(name), log_(log), older_(numbers_on_disk()) {}

std::string JournalFile::path_of(std::uint64_t number) const {
    return fmt::format("{}/{}.{}", folder_, name_, number);
}

std::vector<std::uint64_t> JournalFile::numbers_on_disk() const {
    std::vector<std::uint64_t> numbers;
    const std::string prefix = name_ + ".";
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        const std::string file = entry.path().filename();
        if (!file.starts_with(prefix)) continue;
        std::uint64_t number = 0;
        const char* const end = file.data() + file.size();
        const auto parsed = std::from_chars(file.data() + prefix.size(), end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

void JournalFile::replay(const Replay& replay, limits::Time now) {
    for (const std::uint64_t number : older_) replay_file(number, replay, now);
    older_ = numbers_on_disk();
}

void JournalFile::replay_file(std::uint64_t number, const Replay& replay, limits::Time now) {
    const std::string path = path_of(number);
    const auto text = read_file(path, largest_journal_bytes);
    if (!text) throw std::runtime_error(fmt::format("cannot read {}: {}", path, text.error().why));
    std::string_view rest = *text;
    bool is_damaged = false;
    std::size_t line_number = 1;
    for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; ++line_number) {
        const auto done = replay(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (done) continue;
        if (!is_damaged)
            log_.error(fmt::format("{}:{} is damaged ({}); that line does not count, the others do",
                                   path, line_number, done.error()));
        is_damaged = true;
    }
    if (!rest.empty())
        log_.info(fmt::format("{}:{} was cut short by the end of the process", path, line_number));
    if (is_damaged) keep_aside(path, now);
}

// A copy under another name; the file itself goes with the next save, and not before.
void JournalFile::keep_aside(const std::string& path, limits::Time now) {
    const std::string aside = fmt::format("{}.damaged-{}", path, now.time_since_epoch().count());
    std::error_code error;
    std::filesystem::copy_file(path, aside, error);
    if (error) {
        log_.error(fmt::format("cannot keep a copy of {}: {}", path, error.message()));
    } else {
        log_.error(fmt::format("{} is kept as {}", path, aside));
    }
}

void JournalFile::begin_next() {
    const std::uint64_t next = std::max(number_, older_.empty() ? 0 : older_.back()) + 1;
    const std::string path = path_of(next);
    system::Descriptor file(::open(
        path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file.is_open()) throw failure("begin", path);
    if (number_ != 0) older_.push_back(number_);
    number_ = next;

    const std::lock_guard lock(mutex_);
    file_ = std::move(file);
    length_ = 0;
}

void JournalFile::drop_older() {
    for (const std::uint64_t number : older_) std::remove(path_of(number).c_str());
    older_ = numbers_on_disk();  // what could not be removed is tried again
    std::erase(older_, number_);
}

void JournalFile::append(std::string_view line) noexcept {
    const std::lock_guard lock(mutex_);
    if (!write_whole(line)) {
        ++lost_;
        report(fmt::system_error(errno, "cannot write {}.{}", name_, number_).what());
        return;
    }
    length_ += line.size();
    report("");
}

bool JournalFile::write_whole(std::string_view line) {
    while (!line.empty()) {
        const ssize_t count = ::write(file_.get(), line.data(), line.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int why = errno;
            // Half a line in the middle would spoil the next one.
            if (::ftruncate(file_.get(), static_cast<off_t>(length_)) != 0) file_.close();
            errno = why;
            return false;
        }
        line.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void JournalFile::report(const std::string& why) noexcept {
    try {
        if (trouble_.empty() && !why.empty())
            log_.error(
                fmt::format("changes are not being journaled: {}; a kill would lose them", why));
        if (!trouble_.empty() && why.empty()) log_.info("changes are being journaled again");
        trouble_ = why;
    } catch (const std::exception&) {  // the log itself is in trouble
        return;
    }
}

std::uint64_t JournalFile::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

bool JournalFile::is_open() const {
    const std::lock_guard lock(mutex_);
    return file_.is_open();
}

std::string JournalFile::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

}  // namespace spillway::daemon
