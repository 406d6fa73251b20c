// The embedded counters on disk, so that neither a restart nor a kill forgets anything.
//
// The file `counters` is replaced whole: written beside, fsynced, renamed, folder fsynced. Whatever
// dies when, the old or the new counts are there, never a mixture. What changed since the last save
// is in the journal (journal_file.h), which begins a new file with each save.
//
// load() before threads start; after that only the housekeeping thread, and main once it has
// joined.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/journal_file.h"
#include "limits/memory_counters.h"
#include "log/log.h"
#include "system/descriptor.h"

namespace spillway::daemon {

// How often there is a look at whether to save.
inline constexpr std::chrono::seconds look_every{2};
// The journal is read at a start, and grows until the next save.
inline constexpr std::chrono::seconds save_every{60};

struct SaveStatus {
    std::string path;
    std::optional<limits::Time> saved_at;  // none since the start
    bool unsaved_changes = false;          // that are not in the journal either
    std::string trouble;  // why the last save or line of the journal failed; "" when none did
};

class CountsFile {
  public:
    // Takes the folder for this process alone (flock on the folder). Throws std::runtime_error when
    // another daemon holds it, std::system_error when it cannot be opened or written to.
    CountsFile(const std::string& folder, limits::MemoryCounters& counters, log::Log& log);
    ~CountsFile();  // what the counters count from then on is not journaled
    CountsFile(const CountsFile&) = delete;
    CountsFile& operator=(const CountsFile&) = delete;

    // A missing file is an empty one. A damaged file is moved aside and named in the log, as is one
    // of the journal. A file that is there but cannot be read throws: starting from zero would give
    // everybody a fresh limit. From then on the counters' changes are journaled.
    void load(limits::Time now);

    // Does nothing when nothing has changed. A failure (disk full) is logged once until a save
    // works again; the old file stays.
    void save(limits::Time now);

    // The same when the last save is `save_every` ago, or when the journal lacks a line.
    using SteadyTime = std::chrono::steady_clock::time_point;
    void save_when_due(limits::Time now, SteadyTime steady_now);

    SaveStatus status() const;

  private:
    void load_saved(limits::Time now);
    void write_saved(limits::Time now);
    bool has_gap() const;  // changes are neither saved nor in the journal
    void set_aside(const std::string& why, limits::Time now);
    std::string path_of(const std::string& name) const { return folder_ + "/" + name; }

    std::string folder_;
    limits::MemoryCounters& counters_;
    log::Log& log_;
    system::Descriptor folder_fd_;
    std::optional<JournalFile> journal_;  // once it is known to be ours alone
    std::uint64_t saved_changes_ = 0;
    std::uint64_t mended_ = 0;  // of the lines the journal lost, those that a save made good
    std::optional<limits::Time> saved_at_;
    SteadyTime looked_at_{};
    std::string trouble_;
};

}  // namespace spillway::daemon
