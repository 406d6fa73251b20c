// What a notice says to people.
#pragma once

#include <string>

#include "policy/notice.h"
#include "policy/notice_form.h"

namespace spillway::policy {

struct NoticeText {
    std::string subject;  // one line
    std::string body;     // UTF-8, lines end in LF
};

// In the operator's words or ours. Values that senders chose are printable ASCII by then, of at
// most 200 characters each (Template::fill).
NoticeText text_of(const Notice& notice, const NoticeForm& form);

}  // namespace spillway::policy
