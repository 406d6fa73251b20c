#include "session/spool.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "system/files.h"

namespace spillway::session {
namespace {

constexpr const char* writing = "write to the spool file";

}  // namespace

Spool::Spool(std::string folder, std::uint64_t threshold)
    : folder_(std::move(folder)), threshold_(threshold) {}

Spool::~Spool() { clear(); }

void Spool::append(std::string_view bytes) {
    if (bytes.empty()) return;
    unmap();
    if (fd_ < 0 && size_ + bytes.size() > threshold_) spill();
    if (fd_ < 0)
        memory_.append(bytes);
    else
        system::write_all(fd_, bytes, writing);
    size_ += bytes.size();
}

void Spool::spill() {
    const int fd = system::open_unlinked(folder_).release();
    try {
        system::write_all(fd, memory_, writing);
    } catch (...) {
        ::close(fd);
        throw;
    }
    fd_ = fd;
    memory_ = std::string();
}

std::string_view Spool::bytes() {
    if (fd_ < 0) return memory_;
    if (mapped_ == nullptr) {
        void* const start = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_, 0);
        if (start == MAP_FAILED) system::fail("map the spool file");
        mapped_ = start;
        mapped_size_ = size_;
    }
    return {static_cast<const char*>(mapped_), mapped_size_};
}

// Advice only: where it is not taken, memory stays in use.
void Spool::give_back() noexcept {
    if (mapped_ != nullptr) ::madvise(mapped_, mapped_size_, MADV_DONTNEED);
}

void Spool::unmap() {
    if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
    mapped_ = nullptr;
    mapped_size_ = 0;
}

void Spool::clear() {
    unmap();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    size_ = 0;
    // Given back, not kept: an idle connection may last for hours and there may be thousands.
    memory_ = std::string();
}

}  // namespace spillway::session
