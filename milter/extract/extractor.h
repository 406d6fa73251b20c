// The text of attachments, read by processes without any right.
//
// Thread-safe. A few keepers are started as they are needed and replaced when they die. Nothing
// that a document does ends the daemon or reaches the next document: it becomes a Trouble.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "extract/document_file.h"
#include "extract/extracted.h"
#include "extract/reading_process.h"
#include "mail/body.h"

namespace spillway::extract {

// Calls `take` with all decoded bytes in order, or until it wants no more.
using Source = std::function<void(const mail::TakePiece& take)>;

class Extractor {
  public:
    struct Settings {
        std::string program;       // spillway-extract, with its whole path
        std::string spool_folder;  // for documents above the threshold
        std::uint64_t spool_above = 1 << 20;
        std::size_t processes = 2;  // keepers, and so documents at a time
    };

    explicit Extractor(Settings settings);

    // What the sender calls the document and its type, both "" when not said; neither is believed
    // where the content tells more.
    struct Document {
        std::string_view name;
        std::string_view label;  // a Content-Type: "text/csv; charset=utf-16"
    };

    // Reads until the deadline at most, and no longer than the limits allow. Throws
    // std::system_error when the machine has no room for the document or no descriptors left.
    Extracted read(const Document& document, std::string_view bytes, const Limits& limits,
                   Deadline deadline);
    Extracted read(const Document& document, const Source& source, const Limits& limits,
                   Deadline deadline);

    // The keepers that wait for a document now.
    std::vector<pid_t> idle() const;

  private:
    using Keeper = std::unique_ptr<ReadingProcess>;

    Extracted read(const Document& document, const DocumentFile& file, const Limits& limits,
                   Deadline deadline);
    bool wait_for_turn(Deadline deadline);
    Keeper taken_keeper();
    void give_back(Keeper keeper);

    const Settings settings_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<Keeper> idle_;  // guarded by mutex_
    std::size_t busy_ = 0;      // guarded by mutex_
};

}  // namespace spillway::extract
