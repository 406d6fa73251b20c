#include "conversation.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace spillway::bench {
namespace {

constexpr std::size_t stream_buffer = 4096;  // VSTREAM_BUFSIZE
constexpr std::string_view nul("\0", 1);

// How a command is asked for and answered: the bit that suppresses it, the bit that suppresses the
// reply, and the stage whose macros go with it (headers and body borrow those of eoh and eom).
struct Step {
    char command;
    std::uint32_t unwanted;
    std::uint32_t unanswered;
    std::size_t stage;
};
constexpr std::array<Step, 9> steps = {{
    {SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN, SMFIM_CONNECT},
    {SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO, SMFIM_HELO},
    {SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL, SMFIM_ENVFROM},
    {SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT, SMFIM_ENVRCPT},
    {SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA, SMFIM_DATA},
    {SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR, SMFIM_EOH},
    {SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH, SMFIM_EOH},
    {SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY, SMFIM_EOM},
    {SMFIC_BODYEOB, 0, 0, SMFIM_EOM},
}};

const Step& step_of(char command) {
    for (const Step& step : steps)
        if (step.command == command) return step;
    throw std::logic_error("no such milter command");
}

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void must_connect(int fd, const sockaddr* address, socklen_t size, const std::string& place) {
    if (fd < 0 || ::connect(fd, address, size) != 0) {
        if (fd >= 0) ::close(fd);
        fail("cannot connect to " + place);
    }
}

int unix_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must_connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address, path);
    return fd;
}

int inet_socket(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
        throw std::runtime_error("unknown host " + host);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must_connect(fd, found->ai_addr, found->ai_addrlen, host + ":" + port);
    return fd;
}

int open_socket(const std::string& place) {
    int fd = -1;
    if (place.starts_with("unix:")) {
        fd = unix_socket(place.substr(5));
    } else if (const auto colon = place.rfind(':'); place.starts_with("inet:") && colon > 5) {
        fd = inet_socket(place.substr(5, colon - 5), place.substr(colon + 1));
    } else {
        throw std::runtime_error("expected unix:/path or inet:host:port, got " + place);
    }
    const timeval minute{60, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    return fd;
}

std::string number32(std::uint32_t value) {
    const std::uint32_t wire = htonl(value);
    return {reinterpret_cast<const char*>(&wire), sizeof wire};
}

std::uint32_t read32(std::string_view text, std::size_t at) {
    if (text.size() < at + 4) throw std::runtime_error("the filter sent a short packet");
    std::uint32_t wire = 0;
    std::memcpy(&wire, text.data() + at, sizeof wire);
    return ntohl(wire);
}

std::string zero_ended(std::string_view text) { return std::string(text) + '\0'; }

std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto end = list.find_first_of(", ");
        if (end != 0) names.emplace_back(list.substr(0, end));
        list.remove_prefix(end == list.npos ? list.size() : end + 1);
    }
    return names;
}

std::string_view without_braces(std::string_view name) {
    return name.starts_with('{') ? name.substr(1, name.size() - 2) : name;
}

// The outcome a final reply stands for; a reply code's first digit tells refusal from delay.
Outcome outcome_of(char code, std::string_view text) {
    switch (code) {
        case SMFIR_REJECT:
            return Outcome::reject;
        case SMFIR_REPLYCODE:
            return text.starts_with('5') ? Outcome::reject : Outcome::defer;
        case SMFIR_DISCARD:
            return Outcome::discard;
        case SMFIR_TEMPFAIL:
        case SMFIR_CONN_FAIL:
        case SMFIR_SHUTDOWN:
            return Outcome::defer;
        case SMFIR_ACCEPT:
        case SMFIR_CONTINUE:
            return Outcome::accept;
        default:
            throw std::runtime_error(fmt::format("unexpected reply '{}'", code));
    }
}

}  // namespace

Socket::~Socket() { ::close(fd_); }

Conversation::Conversation(const std::string& place) : socket_(open_socket(place)) {
    // The defaults of main.cf: milter_connect_macros and so on.
    wanted_[SMFIM_CONNECT] = {"j", "{daemon_name}", "{daemon_addr}", "v", "_"};
    wanted_[SMFIM_ENVFROM] = {"i",           "{auth_type}", "{auth_authen}", "{auth_author}",
                              "{mail_addr}", "{mail_host}", "{mail_mailer}"};
    wanted_[SMFIM_ENVRCPT] = {"i", "{rcpt_addr}", "{rcpt_host}", "{rcpt_mailer}"};
    wanted_[SMFIM_DATA] = wanted_[SMFIM_EOH] = wanted_[SMFIM_EOM] = {"i"};
    macros_ = {{"j", "mx.provider.example"},     {"daemon_name", "submission"},
               {"daemon_addr", "192.0.2.1"},     {"daemon_port", "587"},
               {"v", "Postfix 3.7.11"},          {"_", "laptop.home.example [192.0.2.77]"},
               {"client_addr", "192.0.2.77"},    {"client_name", "laptop.home.example"},
               {"client_port", "49152"},         {"client_ptr", "laptop.home.example"},
               {"tls_version", "TLSv1.3"},       {"cipher_bits", "256"},
               {"mail_host", "mx.dest.example"}, {"mail_mailer", "smtp"},
               {"rcpt_host", "mx.dest.example"}, {"rcpt_mailer", "smtp"},
               {"auth_type", "PLAIN"},           {"cipher", "TLS_AES_256_GCM_SHA384"}};
    negotiate();
    greet();
}

void Conversation::negotiate() {
    put(SMFIC_OPTNEG,
        number32(SMFI_PROT_VERSION) + number32(SMFI_CURR_ACTS) + number32(SMFI_CURR_PROT));
    const Reply reply = read_reply();
    if (reply.code != SMFIC_OPTNEG) throw std::runtime_error("the filter did not negotiate");
    steps_ = read32(reply.data, 8);
    for (std::size_t at = 12; at < reply.data.size();) {
        const std::uint32_t stage = read32(reply.data, at);
        const std::string list = reply.data.c_str() + at + 4;
        if (stage < wanted_.size() && !list.empty()) wanted_[stage] = names_in(list);
        at += 4 + list.size() + 1;
    }
}

void Conversation::greet() {
    const std::uint16_t port = htons(49152);
    std::string client = zero_ended("laptop.home.example") + SMFIA_INET;
    client.append(reinterpret_cast<const char*>(&port), sizeof port);
    tell(SMFIC_CONNECT, client + zero_ended("192.0.2.77"));
    tell(SMFIC_HELO, zero_ended("laptop.home.example"));
}

void Conversation::put(char command, std::string_view data) {
    out_ += number32(static_cast<std::uint32_t>(data.size() + 1));
    out_ += command;
    out_ += data;
    if (out_.size() >= stream_buffer) flush();
}

void Conversation::put_macros(char command, std::size_t stage) {
    std::string packet(1, command);
    for (const std::string& name : wanted_[stage]) {
        const auto known = macros_.find(without_braces(name));
        if (known == macros_.end()) continue;
        packet.append(name).append(nul).append(known->second).append(nul);
    }
    put(SMFIC_MACRO, packet);
}

void Conversation::flush() {
    for (std::size_t sent = 0; sent < out_.size();) {
        const std::size_t piece = std::min(stream_buffer, out_.size() - sent);
        const ssize_t n = ::send(socket_.fd(), out_.data() + sent, piece, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) fail("the filter hung up");
        sent += static_cast<std::size_t>(n);
    }
    out_.clear();
}

std::string Conversation::take(std::size_t bytes) {
    while (in_.size() - in_begin_ < bytes) {
        in_.erase(0, in_begin_);
        in_begin_ = 0;
        std::array<char, stream_buffer> block;
        const ssize_t n = ::recv(socket_.fd(), block.data(), block.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) throw std::runtime_error("the filter hung up");
        if (n < 0) fail("no reply from the filter");
        in_.append(block.data(), static_cast<std::size_t>(n));
    }
    in_begin_ += bytes;
    return in_.substr(in_begin_ - bytes, bytes);
}

Conversation::Reply Conversation::read_reply() {
    flush();
    const std::uint32_t size = read32(take(4), 0);
    if (size == 0 || size > 1024 * 1024) throw std::runtime_error("the filter sent nonsense");
    const char code = take(1).front();
    return {code, take(size - 1)};
}

Conversation::Reply Conversation::tell(char command, std::string_view data) {
    const Step& step = step_of(command);
    put_macros(command, step.stage);  // even when the command itself is not wanted
    if (steps_ & step.unwanted) return {SMFIR_CONTINUE, {}};
    put(command, data);
    if (steps_ & step.unanswered) return {SMFIR_CONTINUE, {}};
    return read_reply();
}

bool Conversation::tell_envelope(const Envelope& envelope, Answer& answer) {
    macros_["auth_authen"] = macros_["auth_author"] = envelope.user;
    macros_["mail_addr"] = envelope.sender;
    macros_.erase("i");  // Postfix has no queue id before the first recipient is accepted
    const auto mail =
        tell(SMFIC_MAIL, zero_ended("<" + envelope.sender + ">") + zero_ended("BODY=8BITMIME"));
    answer.outcome = outcome_of(mail.code, mail.data);
    if (mail.code != SMFIR_CONTINUE) return false;
    bool left_unfiltered = false;
    for (const std::string& recipient : envelope.recipients) {
        macros_["rcpt_addr"] = recipient;
        const auto reply = tell(SMFIC_RCPT, zero_ended("<" + recipient + ">"));
        const Outcome outcome = outcome_of(reply.code, reply.data);
        if (outcome == Outcome::reject || outcome == Outcome::defer) {
            answer.outcome = outcome;
            ++answer.refused_recipients;
            continue;
        }
        macros_["i"] = envelope.queue_id;
        left_unfiltered = left_unfiltered || reply.code != SMFIR_CONTINUE;
    }
    if (answer.refused_recipients == static_cast<int>(envelope.recipients.size())) return false;
    answer.outcome = Outcome::accept;
    return !left_unfiltered;
}

bool Conversation::tell_header(std::string_view name, std::string_view value, Answer& answer) {
    const std::string_view space = steps_ & SMFIP_HDR_LEADSPC ? " " : "";
    const auto reply =
        tell(SMFIC_HEADER, zero_ended(name) + std::string(space) + zero_ended(value));
    answer.outcome = outcome_of(reply.code, reply.data);
    return reply.code == SMFIR_CONTINUE;
}

bool Conversation::tell_body(std::string_view body, Answer& answer) {
    while (!body.empty()) {
        const auto reply = tell(SMFIC_BODY, body.substr(0, MILTER_CHUNK_SIZE));
        if (reply.code == SMFIR_SKIP) return true;
        answer.outcome = outcome_of(reply.code, reply.data);
        if (reply.code != SMFIR_CONTINUE) return false;
        body.remove_prefix(std::min<std::size_t>(body.size(), MILTER_CHUNK_SIZE));
    }
    return true;
}

bool Conversation::tell_content(const Envelope& envelope, const Letter& letter, Answer& answer) {
    const auto data = tell(SMFIC_DATA, {});
    answer.outcome = outcome_of(data.code, data.data);
    if (data.code != SMFIR_CONTINUE) return false;
    flush();  // smtpd hands the socket to cleanup here
    for (const auto& [name, value] : letter.headers)
        if (!tell_header(name, value, answer)) return false;
    for (const auto& [name, value] : own_headers(envelope))
        if (!tell_header(name, value, answer)) return false;
    const auto end = tell(SMFIC_EOH, {});
    answer.outcome = outcome_of(end.code, end.data);
    return end.code == SMFIR_CONTINUE && tell_body(letter.body, answer);
}

// Modifications come before the one final reply.
void Conversation::tell_end(Answer& answer) {
    for (Reply reply = tell(SMFIC_BODYEOB, {});; reply = read_reply()) {
        switch (reply.code) {
            case SMFIR_PROGRESS:
                break;
            case SMFIR_QUARANTINE:
                answer.quarantined = true;
                break;
            case SMFIR_ADDHEADER:
            case SMFIR_INSHEADER:
            case SMFIR_CHGHEADER:
            case SMFIR_ADDRCPT:
            case SMFIR_ADDRCPT_PAR:
            case SMFIR_DELRCPT:
            case SMFIR_CHGFROM:
            case SMFIR_REPLBODY:
                ++answer.edits;
                break;
            default:
                answer.outcome = outcome_of(reply.code, reply.data);
                return;
        }
    }
}

Answer Conversation::send(const Envelope& envelope, const Letter& letter) {
    Answer answer;
    if (tell_envelope(envelope, answer) && tell_content(envelope, letter, answer)) tell_end(answer);
    put(SMFIC_ABORT, {});
    flush();
    return answer;
}

void Conversation::quit() {
    put(SMFIC_QUIT, {});
    flush();
}

}  // namespace spillway::bench
