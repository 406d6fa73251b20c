// The bytes of a document in a file without a name, to be handed to another process.
//
// Not thread-safe. Throws std::system_error when the machine refuses memory or room on disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "system/descriptor.h"

namespace spillway::extract {

class DocumentFile {
  public:
    // In memory up to the threshold, beyond it in the folder.
    DocumentFile(std::string folder, std::uint64_t threshold_bytes);

    void append(std::string_view bytes);

    int descriptor() const { return file_.get(); }
    std::uint64_t size() const { return size_; }

  private:
    void spill();

    const std::string folder_;
    const std::uint64_t threshold_;
    system::Descriptor file_;
    std::uint64_t size_ = 0;
    bool on_disk_ = false;
};

}  // namespace spillway::extract
