#include "extract/document_file.h"

#include <sys/mman.h>
#include <sys/sendfile.h>

#include <cerrno>

#include "system/files.h"

namespace spillway::extract {

namespace {

using system::fail;

constexpr const char* writing = "write a document to be read";

// Whole, as both are files: the kernel stops at 2 GB a call, or when a signal comes.
void copy_all(int from, int to, std::uint64_t size) {
    off_t at = 0;
    while (static_cast<std::uint64_t>(at) < size) {
        const ssize_t copied = ::sendfile(to, from, &at, size - static_cast<std::uint64_t>(at));
        if (copied < 0 && errno == EINTR) continue;
        if (copied <= 0) fail(writing);
    }
}

}  // namespace

DocumentFile::DocumentFile(std::string folder, std::uint64_t threshold_bytes)
    : folder_(std::move(folder)),
      threshold_(threshold_bytes),
      file_(::memfd_create("document", MFD_CLOEXEC)) {
    if (!file_.is_open()) fail("make a file in memory");
}

void DocumentFile::append(std::string_view bytes) {
    if (!on_disk_ && size_ + bytes.size() > threshold_) spill();
    system::write_all(file_.get(), bytes, writing);
    size_ += bytes.size();
}

void DocumentFile::spill() {
    system::Descriptor file = system::open_unlinked(folder_);
    copy_all(file_.get(), file.get(), size_);
    file_ = std::move(file);
    on_disk_ = true;
}

}  // namespace spillway::extract
