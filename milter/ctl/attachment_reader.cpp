#include "ctl/attachment_reader.h"

#include <chrono>
#include <filesystem>
#include <memory>

#include "extract/program.h"
#include "session/attachments.h"

namespace spillway::ctl {

policy::AttachmentReader attachment_reader(const mail::ReadingLimits& limits,
                                           std::size_t at_a_time) {
    auto extractor = std::make_shared<extract::Extractor>(extract::Extractor::Settings{
        .program = extract::reading_program(),
        .spool_folder = std::filesystem::temp_directory_path().string(),
        .processes = at_a_time});
    const session::ReadDocument read =
        [extractor](const extract::Extractor::Document& document, const extract::Source& source,
                    const extract::Limits& bounds, extract::Deadline deadline) {
            return extractor->read(document, source, bounds, deadline);
        };
    return [read, text_bytes = limits.text_bytes](const mail::Attachments& attachments) {
        const auto deadline = std::chrono::steady_clock::now() + session::time_for_attachments;
        return session::texts_of(attachments, read, {text_bytes, deadline});
    };
}

}  // namespace spillway::ctl
