// Footers put into a message where a person sees them, or attached to it.
//
// Pure: what comes back says which bytes and header fields change, and nothing else does. Parts are
// taken apart as RFC 2046 has it; where readers might do it otherwise nothing is changed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "mail/edit.h"

namespace spillway::mail {

struct Footer {
    std::string text;  // UTF-8, lines end with "\n"
    std::string
        html;  // a fragment of HTML in UTF-8; "" for the text as HTML. One of both is there.
    bool before_quote =
        false;         // before the message replied to, where there is one, else at the end
    std::string once;  // not put in where the message says this already; "" for always
};

struct InsertedFooters {
    MessageEdit edit;
    std::vector<bool> inserted;      // in the order of the footers; false where `once` says so
    std::vector<std::string> parts;  // the paths of the parts changed, as those of a FilePart
};

// Puts all footers into every part that shows the message's own text: both sides of a
// multipart/alternative, the root of a multipart/related, the last body of others. A reason in a
// few words where that is not to be done: the message is signed, encrypted, a report, an
// invitation, or broken in a way that readers take differently. `field_count` is how many header
// fields the MTA sees; where the bytes have others, it is not sure where the body begins.
tl::expected<InsertedFooters, std::string> insert_footers(std::string_view message,
                                                          const std::vector<Footer>& footers,
                                                          std::size_t field_count);

// The message as the first part of a multipart/mixed, bytes as they are, the footers as the second.
tl::expected<MessageEdit, std::string> attach_footers(std::string_view message,
                                                      const std::vector<Footer>& footers,
                                                      std::size_t field_count);

}  // namespace spillway::mail
