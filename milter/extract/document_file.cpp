#include "extract/document_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace spillway::extract {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot write a document to be read");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

// Whole, as both are files: the kernel stops at 2 GB a call, or when a signal comes.
void copy_all(int from, int to, std::uint64_t size) {
    off_t at = 0;
    while (static_cast<std::uint64_t>(at) < size) {
        const ssize_t copied = ::sendfile(to, from, &at, size - static_cast<std::uint64_t>(at));
        if (copied < 0 && errno == EINTR) continue;
        if (copied <= 0) fail("cannot write a document to be read");
    }
}

}  // namespace

Descriptor open_unlinked(const std::string& folder) {
    Descriptor nameless(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (nameless.is_open()) return nameless;
    // Some file systems (overlayfs before Linux 6.1, NFS) know no O_TMPFILE.
    std::string name = folder + "/spool.XXXXXX";
    Descriptor named(::mkostemp(name.data(), O_CLOEXEC));
    if (!named.is_open()) fail("cannot make a spool file in " + folder);
    ::unlink(name.c_str());
    return named;
}

DocumentFile::DocumentFile(std::string folder, std::uint64_t threshold_bytes)
    : folder_(std::move(folder)),
      threshold_(threshold_bytes),
      file_(::memfd_create("document", MFD_CLOEXEC)) {
    if (!file_.is_open()) fail("cannot make a file in memory");
}

void DocumentFile::append(std::string_view bytes) {
    if (!on_disk_ && size_ + bytes.size() > threshold_) spill();
    write_all(file_.get(), bytes);
    size_ += bytes.size();
}

void DocumentFile::spill() {
    Descriptor file = open_unlinked(folder_);
    copy_all(file_.get(), file.get(), size_);
    file_ = std::move(file);
    on_disk_ = true;
}

}  // namespace spillway::extract
