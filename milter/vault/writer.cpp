#include "vault/writer.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "system/files.h"
#include "vault/folder.h"

namespace spillway::vault {
namespace {

constexpr mode_t owner_only = 0600;

system::Descriptor opened(const std::string& path, int flags) {
    system::Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, owner_only));
    if (!file.is_open()) system::fail("open " + path);
    return file;
}

system::Descriptor taken(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        system::fail("make the folder " + folder);
    system::Descriptor file = opened(folder, O_RDONLY | O_DIRECTORY);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error(fmt::format("another spillwayd keeps its archive in {}", folder));
    return file;
}

void synced(int fd, const std::string& path) {
    if (::fsync(fd) != 0) system::fail("write " + path);
}

// The first line is on the disk before any entry is written: a file without it was begun when the
// machine stopped.
bool is_barely_begun(const std::string& path) {
    const MappedFile file(path);
    const std::size_t longest = opening({std::numeric_limits<std::uint64_t>::max()}).size();
    return file.bytes().size() < longest && file.bytes().find('\n') == std::string_view::npos;
}

std::string day_of(const std::string& name) { return name.substr(0, name.find('.')); }

}  // namespace

Writer::Writer(std::string folder, const Tell& tell)
    : folder_(std::move(folder)), lock_(taken(folder_)) {
    take_up(tell);
}

Writer::~Writer() = default;

std::string Writer::path_of(std::string_view name) const {
    return fmt::format("{}/{}", folder_, name);
}

void Writer::take_up(const Tell& tell) {
    const Link head = head_of(folder_).value_or(Link{});
    head_ = opened(path_of(head_file), O_RDWR | O_CREAT);
    std::vector<std::string> names = segments_in(folder_);
    if (!names.empty() && is_barely_begun(path_of(names.back()))) {
        const std::string path = path_of(names.back());
        if (::unlink(path.c_str()) != 0) system::fail("remove " + path);
        names.pop_back();
    }
    // Where all files were taken away, the numbers go on.
    synced_.last = head;
    if (!names.empty()) go_on_with(names.back(), head, tell);
    written_ = synced_;
    if (!is_head_written(synced_.last)) system::fail("write " + path_of(head_file));
    synced(lock_.get(), folder_);
}

void Writer::go_on_with(const std::string& name, const Link& head, const Tell& tell) {
    const MappedFile file(path_of(name));
    const Reading reading = read_segment(file.bytes(), [](const Entry&) {});
    if (!reading.before || reading.last.number < head.number)
        throw std::runtime_error(fmt::format(
            "{} ends with entry {}, but HEAD knows entry {}: {}; look into it with \"spillwayctl "
            "archive verify\" and give the archive another folder",
            path_of(name), reading.last.number, head.number,
            reading.fault.empty() ? "some are missing" : reading.fault));
    synced_ = {reading.good_bytes, reading.last};
    if (!reading.fault.empty()) mend(name, reading, file.bytes(), tell);
    open_segment(name, false);
}

// Kept aside, not thrown away: it may hold a message that somebody looks for.
void Writer::mend(const std::string& name, const Reading& reading, std::string_view bytes,
                  const Tell& tell) {
    const std::string aside = path_of(name + ".unfinished");
    const system::Descriptor file = opened(aside, O_WRONLY | O_CREAT | O_APPEND);
    system::write_all(file.get(), bytes.substr(reading.good_bytes), "write " + aside);
    synced(file.get(), aside);
    if (::truncate(path_of(name).c_str(), static_cast<off_t>(reading.good_bytes)) != 0)
        system::fail("mend " + path_of(name));
    tell(fmt::format("{}: {}; it was not accepted, and is in {} now", path_of(name), reading.fault,
                     aside));
}

// A fresh one gets its first line.
void Writer::open_segment(const std::string& name, bool fresh) {
    const std::string path = path_of(name);
    file_ = opened(path, O_WRONLY | O_CREAT | O_APPEND);
    day_ = day_of(name);
    if (!fresh) return;
    const std::string first = opening(synced_.last);
    try {
        system::write_all(file_.get(), first, "write " + path);
        synced(file_.get(), path);
        synced(lock_.get(), folder_);
    } catch (...) {
        ::unlink(path.c_str());
        file_.close();
        day_.clear();
        throw;
    }
    synced_.bytes = written_.bytes = first.size();
}

// All of the old file is on the disk before the new one begins.
void Writer::begin_day(std::string_view day, std::unique_lock<std::mutex>& lock) {
    while (!day_.empty() && (syncing_ || written_.bytes > synced_.bytes)) {
        if (syncing_)
            settled_.wait(lock);
        else
            sync(lock);
    }
    expect_whole();
    if (day_ < day) open_segment(segment_name(day), true);
}

Link Writer::keep(std::string_view day, std::string_view metadata, std::string_view message) {
    const std::string digest = crypto::sha256({message});
    std::unique_lock<std::mutex> lock(mutex_);
    if (broken_) drop_unsynced();
    expect_whole();
    if (day_ < day) begin_day(day, lock);
    const Link link = write(metadata, message, digest);
    wait_until_synced(link, lock);
    return link;
}

// The order of entries is that of the lock, so writing is within it; waiting for the disk is not.
Link Writer::write(std::string_view metadata, std::string_view message, const std::string& digest) {
    const Frame entry = frame(written_.last, metadata, message.size(), digest);
    const std::string what = "write " + path_of(segment_name(day_));
    try {
        system::write_all(file_.get(), entry.front, what);
        system::write_all(file_.get(), message, what);
        system::write_all(file_.get(), entry.back, what);
    } catch (...) {
        // Others' entries before it are whole and stay.
        if (::ftruncate(file_.get(), static_cast<off_t>(written_.bytes)) != 0) broken_ = true;
        throw;
    }
    written_.bytes += entry.front.size() + message.size() + entry.back.size();
    written_.last = entry.link;
    return entry.link;
}

void Writer::wait_until_synced(const Link& link, std::unique_lock<std::mutex>& lock) {
    const std::uint64_t failures = failures_;
    for (;;) {
        if (failures != failures_)
            throw std::runtime_error("cannot write to the disk: " + path_of(segment_name(day_)));
        if (synced_.last.number >= link.number) return;
        if (syncing_)
            settled_.wait(lock);
        else
            sync(lock);
    }
}

// One thread for all that have written by now. After an error nobody knows what is on the disk, and
// a second try would say that all is well: what was not synced is dropped.
void Writer::sync(std::unique_lock<std::mutex>& lock) {
    syncing_ = true;
    const Mark mark = written_;
    const std::uint64_t failures = failures_;
    const int fd = file_.get();
    lock.unlock();
    const bool good = ::fdatasync(fd) == 0;
    lock.lock();
    syncing_ = false;
    if (!good) {
        drop_unsynced();
    } else if (failures == failures_) {
        synced_ = mark;
        // Where it fails HEAD falls behind, as it may.
        static_cast<void>(is_head_written(mark.last));
    }
    settled_.notify_all();
}

void Writer::drop_unsynced() {
    if (written_.bytes > synced_.bytes) ++failures_;
    written_ = synced_;
    broken_ = ::ftruncate(file_.get(), static_cast<off_t>(synced_.bytes)) != 0;
}

void Writer::expect_whole() const {
    if (broken_)
        throw std::runtime_error("cannot remove what was not written whole from " +
                                 path_of(segment_name(day_)));
}

// In one write of fixed length, not synced: it may fall behind, never run ahead.
bool Writer::is_head_written(const Link& link) {
    const std::string line = fmt::format("{:<86}\n", text_of(link));
    return ::pwrite(head_.get(), line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

}  // namespace spillway::vault
