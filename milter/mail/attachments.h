// The files of a message as rules ask for them: names and types. Sizes take longer, see
// decoded_bytes().
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mail/body.h"
#include "mail/mime.h"
#include "mail/text.h"

namespace spillway::mail {

struct Attachment {
    std::string path;                // of the part; "2/1" is the first file within part 2
    std::vector<std::string> names;  // in all their spellings, see file_name.h
    std::vector<std::string> types;  // as labelled, then by content where that differs
    bool empty = true;
    bool encrypted = false;  // PGP or CMS, by content
    Body body;               // points into the message, its parts or `unpacked`
};

struct Attachments {
    std::vector<Attachment> files;
    std::optional<std::string> unreadable;  // in a few words
    std::deque<std::string> unpacked;
};

// MIME parts that are files, files written into texts, and those of TNEF. `parts` must outlive the
// bodies. Of most files only the beginning is decoded; of those within others all that stands
// before them. Time is at worst linear in the size of the message, memory does not depend on that
// of files.
Attachments attachments_of(const Parts& parts, const ReadingLimits& limits,
                           const std::function<void()>& rest = {});

}  // namespace spillway::mail
