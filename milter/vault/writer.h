// The one writer of an archive's folder.
//
// Thread-safe. A message that keep() has returned from is on the disk: the file is synced first,
// once for all messages that wait for it together. Everything else may be lost and was promised to
// nobody.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "system/descriptor.h"
#include "vault/segment.h"

namespace spillway::vault {

class Writer {
  public:
    using Tell = std::function<void(const std::string&)>;

    // Takes the folder for itself (flock) and makes it where only it is missing. What a crash left
    // unfinished behind the last entry is moved into a file beside it and told. Throws
    // std::system_error or std::runtime_error: the folder is another daemon's, it cannot be
    // written, or entries that HEAD knows are damaged or gone, which nothing here mends.
    Writer(std::string folder, const Tell& tell);
    ~Writer();

    // `day` as in "2026-11-23"; one before the last entry's is taken for that. `metadata` is one
    // line. Throws when the entry is not kept for sure; the next one may be.
    Link keep(std::string_view day, std::string_view metadata, std::string_view message);

  private:
    // Up to where something is true of the open file.
    struct Mark {
        std::uint64_t bytes = 0;
        Link last;
    };

    void take_up(const Tell& tell);
    void go_on_with(const std::string& name, const Link& head, const Tell& tell);
    void mend(const std::string& name, const Reading& reading, std::string_view bytes,
              const Tell& tell);
    void open_segment(const std::string& name, bool fresh);
    void begin_day(std::string_view day, std::unique_lock<std::mutex>& lock);
    Link write(std::string_view metadata, std::string_view message, const std::string& digest);
    void wait_until_synced(const Link& link, std::unique_lock<std::mutex>& lock);
    void sync(std::unique_lock<std::mutex>& lock);
    void drop_unsynced();
    void expect_whole() const;
    bool is_head_written(const Link& link);
    std::string path_of(std::string_view name) const;

    const std::string folder_;
    system::Descriptor lock_;
    system::Descriptor head_;

    std::mutex mutex_;  // guards all below
    std::condition_variable settled_;
    system::Descriptor file_;
    std::string day_;  // of the file; "" when none is open
    Mark written_;
    Mark synced_;
    bool syncing_ = false;  // by one thread for all
    bool broken_ = false;   // the file may have something behind `synced_` that cannot be removed
    std::uint64_t failures_ = 0;  // how often what was written had to be dropped
};

}  // namespace spillway::vault
