#include "daemon/changes_file.h"

#include <exception>

#include <fmt/format.h>

#include "daemon/folders.h"

namespace spillway::daemon {

namespace {

constexpr const char* journal_name = "redis.journal";

}  // namespace

ChangesFile::ChangesFile(const std::string& folder, store::Settler& settler, log::Log& log)
    : settler_(settler), log_(log), folder_fd_(taken_folder(folder)) {
    journal_.emplace(folder, journal_name, log);
}

ChangesFile::~ChangesFile() { settler_.journal_to(nullptr); }

void ChangesFile::load(limits::Time now) {
    journal_->replay([this](std::string_view line) { return settler_.replay(line); }, now);
    begin_next();
    if (const std::size_t waiting = settler_.waiting(); waiting > 0)
        log_.info(
            fmt::format("{} changes from before the start wait to be told to Redis", waiting));
}

// What comes in between is in the new file twice, which does no harm: changes are numbered.
void ChangesFile::begin_next() {
    journal_->begin_next();
    written_bytes_ = 0;
    settler_.journal_to([this](std::string_view line) { append(line); });
    settler_.pending_to([this](std::string_view line) { append(line); });
    journal_->drop_older();
}

void ChangesFile::append(std::string_view line) noexcept {
    journal_->append(line);
    written_bytes_ += line.size();
}

void ChangesFile::begin_next_when_grown() {
    // With a line lost the next file makes it good.
    if (written_bytes_ < grown_bytes && journal_->trouble().empty()) return;
    try {
        begin_next();
    } catch (const std::exception& error) {
        log_.error(fmt::format("the journal of Redis goes on in its old file: {}", error.what()));
        written_bytes_ = 0;
    }
}

}  // namespace spillway::daemon
