// Mail addresses as values: what MAIL and RCPT say, and whom a From field shows.
//
// An address is compared by `local` (case kept, RFC 5321 section 2.4) and `domain` (lower case,
// A-labels, no trailing dot). Text that is no address gives an empty Address, which nobody owns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/header.h"

namespace spillway::mail {

struct Address {
    std::string local;
    std::string domain;

    // "local@domain", or "local" when there is no domain, or "" for none.
    std::string text() const;
    bool empty() const { return local.empty() && domain.empty(); }
    friend bool operator==(const Address&, const Address&) = default;
};

// A domain in the form we compare: lower case, A-labels (IDNA 2008, UTS 46 mapping), without the
// trailing dot. "" when the text is no domain name (empty labels, blanks, control characters, more
// than 253 octets, ASCII other than letters, digits, hyphen and underscore). Address literals
// ("[192.0.2.1]") are kept in lower case.
std::string normal_domain(std::string_view text);

// The argument of MAIL FROM or RCPT TO as the MTA hands it to a milter: "<a@b>", "a@b",
// "<@relay:a@b>" (source routes are dropped, RFC 5321 appendix C), "<>" and "" (the null sender: an
// empty Address). Quoted local parts are unquoted, so that "a"@b and a@b are one mailbox. Other
// text is kept whole as a local part without domain: in no map, yet not to be taken for the null
// sender.
Address envelope_address(std::string_view argument);

// Whether a program may be given the text as the address of a recipient: letters, digits and a few
// marks that no mail server or shell takes for more (RFC 5321 section 4.1.2 allows others), up to
// 254 characters, with or without a domain.
bool is_plain_address(std::string_view text);

// Every address a From field of the message could show, in order: RFC 5322 address lists with
// comments, groups, quoted strings and the obsolete syntax, and what a display name shows in angle
// brackets. An empty Address stands for each field that cannot be read without doubt, for more than
// one From field, for a field whose name only looks like From ("From :", control characters), and
// for a message without From: it is in no map. Of more than 1,000 addresses the first 1,000 are
// told, and an empty Address for the others.
std::vector<Address> authors(const std::vector<Header>& headers);

// Who else a message says it is from: who sent it on behalf of the authors (Sender, RFC 5322
// section 3.6.2), where answers go (Reply-To), and who sent it on its way again (Resent-From and
// Resent-Sender, section 3.6.6).
enum class Origin { sender, reply_to, resent };

// Every address of these fields, read as authors() reads From. Without such a field they are the
// authors, as RFC 5322 has it: so there is always at least one. Of more than 100 addresses the
// first 100 are told, and an empty Address for the others. There may be many Resent fields, one
// block for each time it was sent on; of two Sender or two Reply-To fields readers take one or the
// other, which an empty Address stands for.
std::vector<Address> originators(Origin origin, const std::vector<Header>& headers);

// The addresses that display names and comments in From show to a person beside those that From is
// of: in quotes, encoded, in full-width characters, or written backwards behind a right-to-left
// override. Only what has a dot in its domain counts. Ownership does not rest on it: this is what
// a reader is told, not who is answered.
std::vector<Address> shown_besides(const std::vector<Header>& headers);

}  // namespace spillway::mail
