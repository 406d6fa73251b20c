#include "daemon/suppressions_file.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

namespace spillway::daemon {

namespace {

constexpr const char* suppressions_journal = "suppressions.journal";
// One write for many lines: a list of a million is a hundred megabytes.
constexpr std::size_t piece_bytes = 256 * 1024;

}  // namespace

SuppressionsFile::SuppressionsFile(const std::string& folder, limits::SuppressionTable& table,
                                   log::Log& log)
    : table_(table), log_(log), journal_(folder, suppressions_journal, log) {}

SuppressionsFile::~SuppressionsFile() { table_.journal_to(nullptr); }

void SuppressionsFile::load(limits::Time now) {
    journal_.replay([this](std::string_view line) { return table_.replay(line); }, now);
    begin_next(now);
}

// Only this thread changes the list, so nothing comes in between.
void SuppressionsFile::begin_next(limits::Time now) {
    journal_.begin_next();
    written_bytes_ = 0;
    std::string piece;
    table_.tell_all(
        [&](std::string_view line) {
            piece += line;
            if (piece.size() < piece_bytes) return;
            append(piece);
            piece.clear();
        },
        now);
    if (!piece.empty()) append(piece);
    bytes_of_list_ = written_bytes_;
    table_.journal_to([this](std::string_view line) { append(line); });
    if (journal_.trouble().empty()) journal_.drop_older();
}

void SuppressionsFile::append(std::string_view line) noexcept {
    journal_.append(line);
    written_bytes_ += line.size();
}

void SuppressionsFile::begin_next_when_grown(limits::Time now) {
    const bool grown = written_bytes_ >= std::max(small_bytes, 2 * bytes_of_list_);
    if (!grown && journal_.trouble().empty()) return;
    try {
        begin_next(now);
    } catch (const std::exception& error) {
        log_.error(fmt::format("the suppression list goes on in its old file: {}", error.what()));
        written_bytes_ = 0;
    }
}

}  // namespace spillway::daemon
