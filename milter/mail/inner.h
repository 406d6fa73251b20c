// What parts hold that is no MIME: files written into plain text, and the texts and files of TNEF.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mail/body.h"
#include "mail/mime.h"
#include "mail/text.h"

namespace spillway::mail {

struct InnerFile {
    std::vector<std::string> names;  // in UTF-8
    std::string type;                // as labelled, or ""
    Body body;
};

struct InnerText {
    bool html = false;
    std::string bytes;
    std::string charset;
};

struct Inner {
    std::vector<InnerFile> files;
    std::vector<InnerText> texts;
    std::vector<std::string> rich_texts;    // RTF that stands in no file
    std::optional<std::string> unreadable;  // in a few words
};

// Files in uuencode or yEnc.
std::vector<InnerFile> files_in_text(const Body& text, const std::function<void()>& rest);

// Whether the part should be TNEF, by its labels and names or its first bytes.
bool is_tnef(const FilePart& part);

// TNEF and the messages embedded in it.
Inner tnef_contents(const Body& tnef, const ReadingLimits& limits,
                    const std::function<void()>& rest);

}  // namespace spillway::mail
