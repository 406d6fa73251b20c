// One message as the policy sees it: who sends, to whom, and the bytes.
//
// A plain value the session fills while the MTA talks. Views point into the session's spool and
// live as long as the message does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limits/limits.h"
#include "limits/suppression.h"
#include "mail/address.h"
#include "mail/header.h"
#include "match/ip.h"
#include "match/outside.h"

namespace spillway::policy {

struct Client {
    std::optional<match::Ip> ip;    // unknown when the client was gone before the MTA could look
    bool local_submission = false;  // sendmail(1) and the MTA's own mail, not SMTP
    bool tls = false;               // its connection was encrypted when it said MAIL
};

struct Recipient {
    mail::Address address;
    std::string argument;  // as the client wrote it in RCPT, for edits of the envelope
    // Looked up when it was named, where Policy::asks_suppression; else nobody looked.
    limits::SuppressionAnswer suppression{};
};

struct Message {
    limits::Time received{};  // the time all rules and windows of this message go by
    Client client;
    std::string user;      // authenticated login; "" when there is none
    mail::Address sender;  // envelope sender; empty for the null sender
    std::vector<Recipient> recipients;
    std::vector<mail::Header> headers;
    std::string_view bytes;  // header fields, an empty line, the body; CRLF line ends
    std::uint64_t size = 0;  // of the message, in octets
    std::string queue_id;    // "" until the MTA tells it
    std::string abuse_id;    // who sends, sealed, where the policy wants it; "" in rehearsals

    // False when the loaded policy did not need the body and the MTA was told to skip it.
    bool body_seen = true;
    bool size_known = true;  // `size` is that of the whole message, whether or not it was kept

    match::Findings findings;  // what maps outside of the policy said of this message so far

    // Gives memory back that `bytes` are mapped to; they stay what they are. May be empty.
    std::function<void()> give_back{};
};

}  // namespace spillway::policy
