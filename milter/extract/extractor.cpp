#include "extract/extractor.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "mail/utf8.h"

namespace spillway::extract {

namespace {

Extracted not_read(Trouble trouble) {
    Extracted extracted;
    extracted.findings.trouble = trouble;
    return extracted;
}

// The end of a name says more than its beginning.
std::string shortened(std::string_view name) {
    return std::string(name.substr(name.size() - std::min(name.size(), longest_name)));
}

Request request_for(const Extractor::Document& document, std::uint64_t size, const Limits& limits) {
    return {.limits = limits,
            .size = size,
            .name = shortened(document.name),
            .label = std::string(document.label.substr(0, longest_name))};
}

}  // namespace

Extractor::Extractor(Settings settings) : settings_(std::move(settings)) {}

Extracted Extractor::read(const Document& document, std::string_view bytes, const Limits& limits,
                          Deadline deadline) {
    if (bytes.size() > limits.document_bytes) return not_read(Trouble::too_large);
    DocumentFile file(settings_.spool_folder, settings_.spool_above);
    file.append(bytes);
    return read(document, file, limits, deadline);
}

Extracted Extractor::read(const Document& document, const Source& source, const Limits& limits,
                          Deadline deadline) {
    DocumentFile file(settings_.spool_folder, settings_.spool_above);
    bool too_large = false;
    source([&](std::string_view piece) {
        too_large = file.size() + piece.size() > limits.document_bytes;
        if (!too_large) file.append(piece);
        return !too_large;
    });
    if (too_large) return not_read(Trouble::too_large);
    return read(document, file, limits, deadline);
}

Extracted Extractor::read(const Document& document, const DocumentFile& file, const Limits& limits,
                          Deadline deadline) {
    if (!wait_for_turn(deadline)) return not_read(Trouble::busy);
    const Request request = request_for(document, file.size(), limits);
    Keeper keeper;
    // A keeper that died while it waited says so; a second one does so only if all of them do.
    constexpr int attempts = 3;
    std::optional<Extracted> extracted;
    try {
        for (int attempt = 0; attempt < attempts && !extracted; ++attempt) {
            keeper = taken_keeper();
            if (!keeper) break;
            const Deadline own =
                std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.time_ms);
            extracted = keeper->read(request, file.descriptor(), std::min(deadline, own));
        }
    } catch (...) {
        give_back(nullptr);
        throw;
    }
    give_back(std::move(keeper));
    return extracted ? std::move(*extracted) : not_read(Trouble::unavailable);
}

bool Extractor::wait_for_turn(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!freed_.wait_until(lock, deadline, [this] { return busy_ < settings_.processes; }))
        return false;
    ++busy_;
    return true;
}

Extractor::Keeper Extractor::taken_keeper() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Keeper keeper = std::move(idle_.back());
            idle_.pop_back();
            return keeper;
        }
    }
    try {
        return std::make_unique<ReadingProcess>(settings_.program);
    } catch (const std::system_error&) {
        return nullptr;
    }
}

// Killing and waiting for one that is not fit is done before the turn is given on.
void Extractor::give_back(Keeper keeper) {
    if (keeper && !keeper->is_fit()) keeper.reset();
    const std::lock_guard lock(mutex_);
    if (keeper) idle_.push_back(std::move(keeper));
    --busy_;
    freed_.notify_one();
}

std::vector<pid_t> Extractor::idle() const {
    const std::lock_guard lock(mutex_);
    std::vector<pid_t> pids;
    for (const Keeper& keeper : idle_) pids.push_back(keeper->pid());
    return pids;
}

}  // namespace spillway::extract
