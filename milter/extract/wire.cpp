#include "extract/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "mail/utf8.h"

namespace spillway::extract {

namespace {

constexpr int descriptors = 2;

struct RequestHead {
    Limits limits;
    std::uint64_t size;
    std::uint32_t name_bytes, label_bytes;
};
static_assert(std::is_trivially_copyable_v<RequestHead>);

// Room for control data, aligned as the macros of cmsg(3) want it.
union Control {
    cmsghdr align;
    std::array<char, CMSG_SPACE(descriptors * sizeof(int))> bytes;
};

template <typename Value>
void append_bytes(std::string& to, const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

ReceivedRequest parsed(std::string_view packet) {
    RequestHead head;
    if (packet.size() < sizeof head) throw std::runtime_error("a request was too short");
    std::memcpy(&head, packet.data(), sizeof head);
    const std::string_view names = packet.substr(sizeof head);
    if (head.name_bytes > longest_name || head.label_bytes > longest_name ||
        names.size() != head.name_bytes + head.label_bytes)
        throw std::runtime_error("a request was not of its length");
    ReceivedRequest received;
    received.request = {.limits = head.limits,
                        .size = head.size,
                        .name = std::string(names.substr(0, head.name_bytes)),
                        .label = std::string(names.substr(head.name_bytes))};
    return received;
}

void take_descriptors(msghdr& message, ReceivedRequest& received) {
    const cmsghdr* const control = CMSG_FIRSTHDR(&message);
    if (control == nullptr || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(descriptors * sizeof(int)))
        throw std::runtime_error("a request came without its descriptors");
    std::array<int, descriptors> fds{};
    std::memcpy(fds.data(), CMSG_DATA(control), sizeof fds);
    received.document = system::Descriptor(fds[0]);
    received.output = system::Descriptor(fds[1]);
}

}  // namespace

bool send_request(int socket, const Request& request, int document, int output) {
    std::string packet;
    append_bytes(packet,
                 RequestHead{.limits = request.limits,
                             .size = request.size,
                             .name_bytes = static_cast<std::uint32_t>(request.name.size()),
                             .label_bytes = static_cast<std::uint32_t>(request.label.size())});
    packet += request.name;
    packet += request.label;

    iovec part{packet.data(), packet.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
    const std::array<int, descriptors> fds{document, output};
    std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);

    ssize_t sent = -1;
    while ((sent = ::sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) continue;
    if (sent >= 0) return true;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN) return false;
    throw std::system_error(errno, std::generic_category(), "cannot hand over a document");
}

std::optional<ReceivedRequest> receive_request(int socket) {
    std::array<char, sizeof(RequestHead) + 2 * longest_name> packet;
    iovec part{packet.data(), packet.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    ssize_t size = -1;
    while ((size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) continue;
    if (size < 0) throw std::system_error(errno, std::generic_category(), "cannot take a document");
    if (size == 0) return std::nullopt;
    ReceivedRequest received = parsed({packet.data(), static_cast<std::size_t>(size)});
    take_descriptors(message, received);
    return received;
}

void send_status(int socket, int status) {
    while (::send(socket, &status, sizeof status, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

std::optional<int> receive_status(int socket) {
    int status = 0;
    ssize_t size = -1;
    while ((size = ::recv(socket, &status, sizeof status, MSG_DONTWAIT)) < 0 && errno == EINTR)
        continue;
    return size == sizeof status ? std::optional(status) : std::nullopt;
}

std::string frame(const Piece& piece) {
    const FrameHead head{.kind = FrameHead::piece,
                         .path_bytes = static_cast<std::uint32_t>(piece.path.size()),
                         .type_bytes = static_cast<std::uint32_t>(piece.type.size()),
                         .text_bytes = static_cast<std::uint32_t>(piece.text.size())};
    std::string bytes;
    bytes.reserve(sizeof head + piece.path.size() + piece.type.size() + piece.text.size());
    append_bytes(bytes, head);
    return bytes.append(piece.path).append(piece.type).append(piece.text);
}

std::string frame(const Findings& findings) {
    const FrameHead head{.kind = FrameHead::findings,
                         .encrypted = findings.encrypted,
                         .truncated = findings.truncated,
                         .trouble = static_cast<std::uint8_t>(findings.trouble),
                         .path_bytes = static_cast<std::uint32_t>(findings.trouble_at.size())};
    std::string bytes;
    append_bytes(bytes, head);
    return bytes.append(findings.trouble_at);
}

bool Unframer::is_likely(const FrameHead& head) const {
    if (ended_ || head.kind > FrameHead::findings) return false;
    if (head.path_bytes > longest_name || head.type_bytes > longest_name) return false;
    if (head.trouble > static_cast<std::uint8_t>(Trouble::unavailable)) return false;
    if (head.kind == FrameHead::findings) return head.type_bytes == 0 && head.text_bytes == 0;
    // One entry is as many pieces as there are ways to read it.
    return text_bytes_ + head.text_bytes <= limits_.text_bytes &&
           result_.pieces.size() <= 8 * (std::size_t{limits_.entries} + 1);
}

bool Unframer::take_frame(const FrameHead& head, std::string_view body) {
    // Whatever comes is text to those who search it; so it is made sure of here.
    if (!mail::is_utf8(body)) return false;
    std::string path(body.substr(0, head.path_bytes));
    if (head.kind == FrameHead::findings) {
        result_.findings = {.encrypted = head.encrypted != 0,
                            .truncated = head.truncated != 0,
                            .trouble = static_cast<Trouble>(head.trouble),
                            .trouble_at = std::move(path)};
        ended_ = true;
        return true;
    }
    text_bytes_ += head.text_bytes;
    result_.pieces.push_back(
        {.path = std::move(path),
         .type = std::string(body.substr(head.path_bytes, head.type_bytes)),
         .text = std::string(body.substr(std::size_t{head.path_bytes} + head.type_bytes))});
    return true;
}

bool Unframer::take(std::string_view bytes) {
    buffer_ += bytes;
    std::size_t at = 0;
    for (FrameHead head; buffer_.size() - at >= sizeof head;) {
        std::memcpy(&head, buffer_.data() + at, sizeof head);
        if (!is_likely(head)) return false;
        const std::size_t size = std::size_t{head.path_bytes} + head.type_bytes + head.text_bytes;
        if (buffer_.size() - at - sizeof head < size) break;
        if (!take_frame(head, std::string_view(buffer_).substr(at + sizeof head, size)))
            return false;
        at += sizeof head + size;
    }
    buffer_.erase(0, at);
    return true;
}

}  // namespace spillway::extract
