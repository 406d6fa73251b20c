// Header fields of parts, changed where they stand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/edit.h"
#include "mail/edit_tree.h"

namespace spillway::mail {

// The value of a Content-Type field (the whole text behind the colon) with another charset, all
// else as it is; nullopt where the charset is written in a way that cannot be replaced.
std::optional<std::string> with_charset(std::string_view value, std::string_view charset);

// Sets a field of the part, adding it where there is none. Of the message's own header it becomes a
// FieldChange, of other parts' headers a Replacement. The part's header ends with an empty line.
void set_field(const EditPart& part, std::string_view message, std::string_view name,
               std::string_view value, MessageEdit& edit);
void remove_field(const EditPart& part, std::string_view message, std::string_view name,
                  MessageEdit& edit);

}  // namespace spillway::mail
