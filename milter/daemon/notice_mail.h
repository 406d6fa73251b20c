// A notice as a message (RFC 5322), as sendmail(1) takes it: lines end in LF.
#pragma once

#include <string>
#include <vector>

#include "limits/limits.h"
#include "policy/notice_text.h"

namespace spillway::daemon {

struct NoticeMail {
    policy::NoticeText text;
    std::string from;             // plain addresses, see mail::is_plain_address
    std::vector<std::string> to;  // likewise; at least one
    std::string message_id;       // without brackets; the same at each try
    std::string pass;             // the name under which this try is let through
    limits::Time date{};
};

// No value can end its field or make another, and no line has more than 998 bytes (RFC 5322 section
// 2.1.1). Auto-Submitted keeps responders silent (RFC 3834).
std::string written(const NoticeMail& mail);

}  // namespace spillway::daemon
