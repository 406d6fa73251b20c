#include "daemon/counts_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "daemon/files.h"
#include "daemon/folders.h"

namespace spillway::daemon {

namespace {

constexpr const char* file_name = "counters";
constexpr const char* draft_name = "counters.new";

// What save() wrote must be readable at the next start, however many counts it holds; beyond this
// it is not ours.
constexpr std::size_t largest_counts_bytes = std::size_t{16} * 1024 * 1024 * 1024;

void write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw failure("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

CountsFile::CountsFile(const std::string& folder, limits::MemoryCounters& counters, log::Log& log)
    : folder_(folder),
      counters_(counters),
      log_(log),
      folder_fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!folder_fd_.is_open()) throw failure("open the state folder", folder);
    check_writable(folder);
    if (::flock(folder_fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error(fmt::format("another spillwayd keeps its counters in {}", folder));
    }
}

void CountsFile::load(limits::Time now) {
    const auto text = read_file(path_of(file_name), largest_counts_bytes);
    if (!text) {
        if (text.error().error == std::errc::no_such_file_or_directory) return;
        throw std::runtime_error(
            fmt::format("cannot read {}: {}", path_of(file_name), text.error().why));
    }
    if (const auto loaded = counters_.load(*text, now); !loaded) {
        return set_aside(loaded.error(), now);
    }
    saved_changes_ = counters_.changes();
}

void CountsFile::set_aside(const std::string& why, limits::Time now) {
    const std::string aside =
        fmt::format("{}.damaged-{}", path_of(file_name), now.time_since_epoch().count());
    if (std::rename(path_of(file_name).c_str(), aside.c_str()) != 0) {
        throw failure("move aside", path_of(file_name));
    }
    log_.error(fmt::format("{} is damaged ({}); kept as {}, counting starts from zero",
                           path_of(file_name), why, aside));
}

void CountsFile::save(limits::Time now) {
    // Read before the text is taken: a charge in between is saved now and once more next time.
    const std::uint64_t changes = counters_.changes();
    if (changes == saved_changes_) return;
    try {
        write_text(counters_.save(now));
    } catch (const std::exception& error) {
        if (trouble_.empty()) {
            log_.error(fmt::format("counters are not being saved: {}; counting goes on in memory",
                                   error.what()));
        }
        trouble_ = error.what();
        return;
    }
    saved_changes_ = changes;
    saved_at_ = now;
    if (!trouble_.empty()) log_.info("counters are being saved again");
    trouble_.clear();
}

void CountsFile::write_text(const std::string& text) {
    const std::string draft = path_of(draft_name);
    Descriptor file(::openat(folder_fd_.get(), draft_name,
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file.is_open()) throw failure("write", draft);
    try {
        write_all(file.get(), text, draft);
        if (::fsync(file.get()) != 0) throw failure("write", draft);
    } catch (const std::exception&) {
        ::unlinkat(folder_fd_.get(), draft_name, 0);  // gives a full disk its blocks back
        throw;
    }
    if (::renameat(folder_fd_.get(), draft_name, folder_fd_.get(), file_name) != 0) {
        throw failure("replace", path_of(file_name));
    }
    // Without this the rename itself may be lost when the machine goes down.
    if (::fsync(folder_fd_.get()) != 0) throw failure("save", folder_);
}

SaveStatus CountsFile::status() const {
    return {.path = path_of(file_name),
            .saved_at = saved_at_,
            .unsaved_changes = counters_.changes() != saved_changes_,
            .trouble = trouble_};
}

}  // namespace spillway::daemon
