// What attachments hold, for verbs that read messages from files.
#pragma once

#include <cstddef>

#include "mail/text.h"
#include "policy/contents.h"

namespace spillway::ctl {

// Reads them as the daemon does, by the same program and in the same time, so many documents at a
// time; files of any size lie in the folder for temporary ones. Thread-safe.
policy::AttachmentReader attachment_reader(const mail::ReadingLimits& limits,
                                           std::size_t at_a_time = 1);

}  // namespace spillway::ctl
