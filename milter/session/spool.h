// The bytes of one message: in memory while it is small, in an unlinked file above a threshold.
//
// Not thread-safe; one message's callbacks never overlap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::session {

class Spool {
  public:
    // `threshold` bytes are kept in memory; more go to an unlinked file in `folder`.
    Spool(std::string folder, std::uint64_t threshold);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // Throws std::system_error when the file cannot be made or written (disk full).
    void append(std::string_view bytes);

    // All bytes so far, contiguous (the file is mapped). Valid until the next append or clear.
    std::string_view bytes();

    // Lets the system have the memory the file is mapped to; what bytes() said stays valid, and is
    // read from the file again where it is looked at again.
    void give_back() noexcept;

    std::uint64_t size() const { return size_; }
    void clear();

  private:
    void unmap();
    void spill();

    std::string folder_;
    std::uint64_t threshold_;
    std::string memory_;
    std::uint64_t size_ = 0;
    int fd_ = -1;
    void* mapped_ = nullptr;
    std::uint64_t mapped_size_ = 0;
};

}  // namespace spillway::session
