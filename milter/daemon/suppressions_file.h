// The suppression list on disk, where it is kept in this process. A journal only
// (journal_file.h): each start and each growth to twice its length writes the whole list anew.
//
// load() before threads start; after that only the housekeeping thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "daemon/journal_file.h"
#include "limits/suppression_table.h"
#include "log/log.h"

namespace spillway::daemon {

class SuppressionsFile {
  public:
    static constexpr std::uint64_t small_bytes = 16'000'000;  // not worth writing anew

    // The folder is this process's alone already. `table` and `log` live longer.
    SuppressionsFile(const std::string& folder, limits::SuppressionTable& table, log::Log& log);
    ~SuppressionsFile();
    SuppressionsFile(const SuppressionsFile&) = delete;
    SuppressionsFile& operator=(const SuppressionsFile&) = delete;

    // A damaged line is named in the log and its file kept aside. Throws std::runtime_error when a
    // file cannot be read: people would be written to who asked not to be.
    void load(limits::Time now);

    // A failure is logged and tried again later.
    void begin_next_when_grown(limits::Time now);

  private:
    void begin_next(limits::Time now);
    void append(std::string_view line) noexcept;

    limits::SuppressionTable& table_;
    log::Log& log_;
    JournalFile journal_;
    std::atomic<std::uint64_t> written_bytes_{0};
    std::uint64_t bytes_of_list_ = 0;  // of what the open file began with
};

}  // namespace spillway::daemon
