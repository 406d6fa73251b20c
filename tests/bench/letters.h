// The three messages the bench sends, made of ordinary words so that a policy has something to
// read: a short text, a newsletter, a letter with a large attachment. Always the same bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace spillway::bench {

struct Envelope {
    std::string user;    // the login; its domain is the one limits are charged to
    std::string sender;  // without brackets
    std::vector<std::string> recipients;
    std::string queue_id;
};

// Message `number` comes from one of `domains` domains ("customer17.example") with five users each
// and has two or three recipients.
Envelope envelope(long number, long domains);

struct Letter {
    std::vector<std::pair<std::string, std::string>> headers;  // values unfolded by LF and a tab
    std::string body;                                          // lines end in CRLF
};

enum class Kind { text, html, attachment };

// Headers that every message of this kind shares, and its body: about 2 kB of plain text, 50 kB of
// multipart/alternative with base64 HTML, or 5 MB with one attachment.
Letter letter(Kind kind);

// The headers that differ from message to message: From, To, Subject, Message-ID and Date.
std::vector<std::pair<std::string, std::string>> own_headers(const Envelope& envelope);

}  // namespace spillway::bench
