// Files written into plain text, as mail had them before MIME: uuencode(5) of POSIX, in its own
// digits or in base64, and yEnc 1.3. Readers of that age show them as attachments.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mail/transfer.h"

namespace spillway::mail {

struct InlineFile {
    std::string name;  // as it was written
    Encoding encoding = Encoding::uuencode;
    std::size_t begin = 0, end = 0;  // of the encoded lines, in the text
};

// Finds files line by line, in linear time. A value of one thread.
class InlineFiles {
  public:
    // `line` stands at `begin` of the text and ends before `next`, its line end not included. The
    // file that ended there, if one did.
    std::optional<InlineFile> line(std::string_view line, std::size_t begin, std::size_t next);

    // The file that the end of the text ends.
    std::optional<InlineFile> end();

  private:
    std::optional<InlineFile> open_at(std::string_view line, std::size_t next);
    bool ends_with(std::string_view line) const;
    std::optional<InlineFile> closed();

    std::optional<InlineFile> open_;
};

}  // namespace spillway::mail
