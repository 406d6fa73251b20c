// Lines on disk the moment they are told, for what must survive a kill between two saves.
//
// The lines lie in files <name>.<number> of the state folder, one of which is open. Each line is
// one write: a process that is killed loses none, and of the last at most a part, which is dropped
// at the next start. Nothing is synced: when the machine itself goes down, what its kernel had not
// written yet (some 30 s) may be lost.
//
// append() from any thread; the rest before threads start, and from the housekeeping thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "limits/limits.h"
#include "log/log.h"
#include "system/descriptor.h"

namespace spillway::daemon {

class JournalFile {
  public:
    JournalFile(const std::string& folder, const std::string& name, log::Log& log);

    // All lines of all files, in order, without their line ends. A line that `replay` refuses is
    // reported, and its file kept under another name; a part of a line at the end of a file is what
    // a kill leaves. Throws std::runtime_error when a file cannot be read.
    using Replay = std::function<tl::expected<void, std::string>(std::string_view line)>;
    void replay(const Replay& replay, limits::Time now);

    // Begins the next file. Throws std::system_error; then lines go where they went before.
    void begin_next();
    // Deletes all files but the one that was begun last: what they tell is saved elsewhere.
    void drop_older();
    // There are older ones.
    bool has_older() const { return !older_.empty(); }

    // A failure (disk full) is logged once until a line is written again; the line is lost, and
    // nothing of it stays.
    void append(std::string_view line) noexcept;

    std::uint64_t lost() const;   // lines, since the start
    bool is_open() const;         // else all lines are lost until the next file is begun
    std::string trouble() const;  // why; "" when the last line was written

  private:
    bool write_whole(std::string_view line);
    void report(const std::string& why) noexcept;
    void replay_file(std::uint64_t number, const Replay& replay, limits::Time now);
    void keep_aside(const std::string& path, limits::Time now);
    std::vector<std::uint64_t> numbers_on_disk() const;
    std::string path_of(std::uint64_t number) const;

    const std::string folder_;
    const std::string name_;
    log::Log& log_;
    std::vector<std::uint64_t> older_;  // ascending
    std::uint64_t number_ = 0;          // of the open file; 0 when none is

    mutable std::mutex mutex_;  // guards all below
    system::Descriptor file_;
    std::uint64_t length_ = 0;  // of the file, whole lines
    std::uint64_t lost_ = 0;
    std::string trouble_;
};

}  // namespace spillway::daemon
