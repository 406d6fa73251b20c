// What the attachments of a message hold, asked of those who can read documents.
//
// Thread-safe where `read` is. Throws what `read` throws.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "extract/extractor.h"
#include "mail/attachments.h"
#include "policy/contents.h"

namespace spillway::session {

// For all attachments of a message together, so that the MTA has its answer in time whatever they
// hold.
inline constexpr std::chrono::seconds time_for_attachments{20};

// Extractor::read.
using ReadDocument = std::function<extract::Extracted(
    const extract::Extractor::Document& document, const extract::Source& source,
    const extract::Limits& limits, extract::Deadline deadline)>;

struct AttachmentBudget {
    std::size_t text_bytes = 0;  // of all attachments
    extract::Deadline deadline;
};

// Attached messages are left out, as mail/ has taken them apart already. What is not read because
// the budget is used up is told like any other trouble. `rest` as for mail::read_in_pieces().
std::vector<policy::AttachmentText> texts_of(const mail::Attachments& attachments,
                                             const ReadDocument& read,
                                             const AttachmentBudget& budget,
                                             const std::function<void()>& rest = {});

}  // namespace spillway::session
