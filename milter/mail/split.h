// A whole message as bytes, taken apart the way an MTA hands it to a milter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/header.h"

namespace spillway::mail {

struct SplitMessage {
    // Names without the blanks before the colon, values without the one after it; folds are "\n".
    std::vector<Header> headers;
    std::string bytes;  // header fields, an empty line, the body; CRLF line ends
};

// Takes a file with LF or CRLF line ends; a CR elsewhere is a byte like any other. Mailbox
// separators ("From " and ">From ") before the first field are left out, as sendmail(1) does. The
// header ends, as Postfix reads it (is_header(3), cleanup(8)), at the first empty line or at the
// first line that is neither a field nor the continuation of one; that line then begins the body.
SplitMessage split_message(std::string_view raw);

}  // namespace spillway::mail
