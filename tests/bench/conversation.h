// The MTA's side of the milter protocol, version 6, in the manner of Postfix 3.7 (milter8.c): what
// a filter sees from this class on the wire is what it sees from Postfix.
//
// - All actions and protocol steps are offered; NO*, NR_*, SKIP and the macro lists that the filter
//   answers with are honoured.
// - A macro packet goes before every command, headers and body chunks included. Packets gather in a
//   4096 byte stream buffer that is sent when full or when a reply is due.
// - The body goes in chunks of 65535 bytes. An abort follows every end of message.
//
// A conversation is one SMTP connection and belongs to one thread. Everything throws
// std::runtime_error when the filter hangs up, breaks the protocol or is silent for a minute.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "letters.h"

namespace spillway::bench {

enum class Outcome { accept, reject, defer, discard };

struct Answer {
    Outcome outcome = Outcome::accept;
    bool quarantined = false;
    int edits = 0;               // modifications asked for at end of message, quarantine apart
    int refused_recipients = 0;  // alone, while the message went on
};

// A descriptor that closes itself.
class Socket {
  public:
    explicit Socket(int fd) : fd_(fd) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();
    int fd() const { return fd_; }

  private:
    int fd_;
};

class Conversation {
  public:
    // `place` is "unix:/path" or "inet:host:port", as Postfix writes it. Negotiates, then tells
    // connect and helo.
    explicit Conversation(const std::string& place);

    Answer send(const Envelope& envelope, const Letter& letter);

    void quit();

  private:
    struct Reply {
        char code;
        std::string data;
    };

    void negotiate();
    void greet();
    void put(char command, std::string_view data);
    void put_macros(char command, std::size_t stage);
    void flush();
    std::string take(std::size_t bytes);
    Reply read_reply();
    // Macros, command, reply. 'c' when the step is not wanted or not answered.
    Reply tell(char command, std::string_view data);
    bool tell_envelope(const Envelope& envelope, Answer& answer);
    bool tell_content(const Envelope& envelope, const Letter& letter, Answer& answer);
    bool tell_header(std::string_view name, std::string_view value, Answer& answer);
    bool tell_body(std::string_view body, Answer& answer);
    void tell_end(Answer& answer);

    Socket socket_;
    std::uint32_t steps_ = 0;                         // SMFIP_* the filter answered with
    std::array<std::vector<std::string>, 7> wanted_;  // macro names by stage, SMFIM_*
    std::map<std::string, std::string, std::less<>> macros_;
    std::string out_;
    std::string in_;
    std::size_t in_begin_ = 0;
};

}  // namespace spillway::bench
