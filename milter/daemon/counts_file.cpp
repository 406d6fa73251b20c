#include "daemon/counts_file.h"
#include "system/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "daemon/files.h"
#include "daemon/folders.h"

namespace spillway::daemon {

namespace {

constexpr const char* file_name = "counters";
constexpr const char* draft_name = "counters.new";
constexpr const char* counts_journal = "counters.journal";

// What save() wrote must be readable at the next start, however many counts it holds; beyond this
// it is not ours.
constexpr std::size_t largest_counts_bytes = std::size_t{16} * 1024 * 1024 * 1024;

}  // namespace

CountsFile::CountsFile(const std::string& folder, limits::MemoryCounters& counters, log::Log& log)
    : folder_(folder), counters_(counters), log_(log), folder_fd_(taken_folder(folder)) {
    journal_.emplace(folder, counts_journal, log);
}

CountsFile::~CountsFile() { counters_.journal_to(nullptr); }

// What was replayed is saved at once, so that a damaged line is met only once. When that fails the
// journal is read again at the next start: it is dropped only after a save.
void CountsFile::load(limits::Time now) {
    load_saved(now);
    const std::uint64_t loaded = counters_.changes();
    journal_->replay([this](std::string_view line) { return counters_.replay(line); }, now);
    journal_->begin_next();
    counters_.journal_to([this](std::string_view line) { journal_->append(line); });
    saved_changes_ = loaded;
    if (journal_->has_older()) save(now);
}

void CountsFile::load_saved(limits::Time now) {
    const auto text = read_file(path_of(file_name), largest_counts_bytes);
    if (!text) {
        if (text.error().error == std::errc::no_such_file_or_directory) return;
        throw std::runtime_error(
            fmt::format("cannot read {}: {}", path_of(file_name), text.error().why));
    }
    if (const auto loaded = counters_.load(*text, now); !loaded) set_aside(loaded.error(), now);
}

void CountsFile::set_aside(const std::string& why, limits::Time now) {
    const std::string aside =
        fmt::format("{}.damaged-{}", path_of(file_name), now.time_since_epoch().count());
    if (std::rename(path_of(file_name).c_str(), aside.c_str()) != 0) {
        throw failure("move aside", path_of(file_name));
    }
    log_.error(fmt::format("{} is damaged ({}); kept as {}, counting starts from zero",
                           path_of(file_name), why, aside));
}

void CountsFile::save(limits::Time now) {
    // Read before the text is taken: a charge in between is saved now and once more next time.
    const std::uint64_t changes = counters_.changes();
    const std::uint64_t lost = journal_->lost();
    if (changes == saved_changes_ && !journal_->has_older()) return;
    try {
        // Before the text as well, so that what the older files tell is in it. The file that was
        // begun for a save that failed goes on.
        if (!journal_->has_older() || !journal_->is_open()) journal_->begin_next();
        write_saved(now);
    } catch (const std::exception& error) {
        if (trouble_.empty()) {
            log_.error(fmt::format("counters are not being saved: {}; counting goes on in memory",
                                   error.what()));
        }
        trouble_ = error.what();
        return;
    }
    journal_->drop_older();
    saved_changes_ = changes;
    mended_ = lost;
    saved_at_ = now;
    if (!trouble_.empty()) log_.info("counters are being saved again");
    trouble_.clear();
}

void CountsFile::save_when_due(limits::Time now, SteadyTime steady_now) {
    const bool is_urgent = has_gap() || !trouble_.empty();
    if (!is_urgent && steady_now - looked_at_ < save_every) return;
    looked_at_ = steady_now;
    save(now);
}

void CountsFile::write_saved(limits::Time now) {
    const std::string draft = path_of(draft_name);
    system::Descriptor file(::openat(folder_fd_.get(), draft_name,
                                     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file.is_open()) throw failure("write", draft);
    try {
        counters_.save(
            [&](std::string_view piece) { system::write_all(file.get(), piece, "write " + draft); },
            now);
        if (::fsync(file.get()) != 0) throw failure("write", draft);
    } catch (const std::exception&) {
        ::unlinkat(folder_fd_.get(), draft_name, 0);  // gives a full disk its blocks back
        throw;
    }
    if (::renameat(folder_fd_.get(), draft_name, folder_fd_.get(), file_name) != 0) {
        throw failure("replace", path_of(file_name));
    }
    // Without this the rename itself may be lost when the machine goes down.
    if (::fsync(folder_fd_.get()) != 0) throw failure("save", folder_);
}

bool CountsFile::has_gap() const { return journal_->lost() != mended_; }

SaveStatus CountsFile::status() const {
    const std::string lost_line = journal_->trouble();
    return {.path = path_of(file_name),
            .saved_at = saved_at_,
            .unsaved_changes = has_gap(),
            .trouble = trouble_.empty() ? lost_line : trouble_};
}

}  // namespace spillway::daemon
