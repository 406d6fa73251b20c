// One addr-spec (RFC 5322 section 3.4.1) taken apart, for the envelope and for header fields alike.
#pragma once

#include <optional>
#include <string_view>

#include "mail/address.h"

namespace spillway::mail {

struct Mailbox {
    Address address;

    // Every reader sees the same address: nothing quoted that would otherwise be syntax, no
    // character that has another form, no encoded word.
    bool plain = false;
};

// "local@domain" without comments and without blanks outside of quotes; nullopt for anything else.
std::optional<Mailbox> parse_mailbox(std::string_view text);

}  // namespace spillway::mail
