// Settings about notices: who they come from and how they are worded.
#pragma once

#include <optional>
#include <string>

#include "language/arguments.h"
#include "language/compile.h"
#include "policy/notice_form.h"

namespace spillway::language {

struct NoticeWords {
    policy::NoticeForm form;
    std::optional<Word> text_file;
};

// One of notice-from, notice-subject and notice-text.
void read_notice_words(Arguments& args, NoticeWords& words);

// With the text of the file, which is looked for below `folder`.
policy::NoticeForm notice_form(const NoticeWords& words, const Files& files,
                               const std::string& folder);

}  // namespace spillway::language
