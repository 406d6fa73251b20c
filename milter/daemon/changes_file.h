// What is still to be told to Redis, on disk: charges made while it was silent, and what is to be
// taken back. So a kill in an outage loses none of it.
//
// There is a journal only (journal_file.h), as little is pending at any time. It begins a new file
// when it has grown, with what is pending then.
//
// load() before threads start; after that only the housekeeping thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/journal_file.h"
#include "log/log.h"
#include "store/settler.h"
#include "system/descriptor.h"

namespace spillway::daemon {

class ChangesFile {
  public:
    static constexpr std::uint64_t grown_bytes = 16'000'000;

    // Takes the folder for this process alone. Throws std::runtime_error when another daemon holds
    // it, std::system_error when it cannot be opened or written to.
    ChangesFile(const std::string& folder, store::Settler& settler, log::Log& log);
    ~ChangesFile();  // what is to be told from then on is not journaled
    ChangesFile(const ChangesFile&) = delete;
    ChangesFile& operator=(const ChangesFile&) = delete;

    // What an earlier process did not come to tell is told now. A line that is damaged, or of a
    // release with other scripts, is named in the log and kept aside. A file that cannot be read
    // throws: messages would not be counted.
    void load(limits::Time now);

    // Begins a new file when the old one has grown; a failure is logged and tried again later.
    void begin_next_when_grown();

  private:
    void begin_next();
    void append(std::string_view line) noexcept;

    store::Settler& settler_;
    log::Log& log_;
    system::Descriptor folder_fd_;
    std::optional<JournalFile> journal_;  // once it is known to be ours alone
    std::atomic<std::uint64_t> written_bytes_{0};
};

}  // namespace spillway::daemon
