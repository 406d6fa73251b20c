// The embedded counters on disk, so that a restart forgets nothing.
//
// The file is replaced whole: written beside, fsynced, renamed, folder fsynced. Whatever dies when,
// the old or the new counts are there, never a mixture. What was counted since the last save (at
// most `save_every`) is lost when the process or the machine is killed.
//
// load() before threads start; after that only the housekeeping thread, and main once it has
// joined.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/descriptor.h"
#include "limits/memory_counters.h"
#include "log/log.h"

namespace spillway::daemon {

inline constexpr std::chrono::seconds save_every{2};

struct SaveStatus {
    std::string path;
    std::optional<limits::Time> saved_at;  // none since the start
    bool unsaved_changes = false;
    std::string trouble;  // why the last save failed; "" when it did not
};

class CountsFile {
  public:
    // Takes the folder for this process alone (flock on the folder). Throws std::runtime_error when
    // another daemon holds it, std::system_error when it cannot be opened or written to.
    CountsFile(const std::string& folder, limits::MemoryCounters& counters, log::Log& log);

    // A missing file is an empty one. A damaged file is moved aside and named in the log. A file
    // that is there but cannot be read throws: starting from zero would give everybody a fresh
    // limit.
    void load(limits::Time now);

    // Does nothing when nothing has changed. A failure (disk full) is logged once until a save
    // works again; the old file stays.
    void save(limits::Time now);

    SaveStatus status() const;

  private:
    void write_text(const std::string& text);
    void set_aside(const std::string& why, limits::Time now);
    std::string path_of(const std::string& name) const { return folder_ + "/" + name; }

    std::string folder_;
    limits::MemoryCounters& counters_;
    log::Log& log_;
    Descriptor folder_fd_;
    std::uint64_t saved_changes_ = 0;
    std::optional<limits::Time> saved_at_;
    std::string trouble_;
};

}  // namespace spillway::daemon
