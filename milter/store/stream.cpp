#include "store/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace spillway::store {

namespace {

using crypto::Progress;

std::string error_text(int error) { return std::generic_category().message(error); }

enum class Readiness { ready, late, failed };

// poll(2) until the socket is ready for `events`, whatever signals come.
Readiness wait_for(int fd, short events, Deadline deadline) {
    using std::chrono::milliseconds;
    pollfd entry{fd, events, 0};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Deadline::clock::now());
        if (left.count() <= 0) return Readiness::late;
        const int ready = poll(&entry, 1, static_cast<int>(left.count()));
        if (ready > 0) return Readiness::ready;
        if (ready < 0 && errno != EINTR) return Readiness::failed;
    }
}

// Waits for what a stream that came to a halt needs.
Readiness wait_for(int fd, Progress::Is halt, Deadline deadline) {
    const short events = halt == Progress::Is::want_read ? POLLIN : POLLOUT;
    return wait_for(fd, events, deadline);
}

void set_option(int fd, int level, int name, int value) {
    setsockopt(fd, level, name, &value, sizeof value);
}

// A command is one small write that waits for its reply: holding it back only costs time. And a
// firewall that forgets an idle connection must not leave us waiting for its deadline.
void prepare(int fd) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

Failure no_connection(int error) { return Failure{"connect: " + error_text(error)}; }

tl::expected<system::Descriptor, Failure> connected(const Address& address, Deadline deadline) {
    const int family = address.bytes.ss_family;
    system::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        const std::string why = "socket: " + error_text(errno);
        return tl::make_unexpected(Failure{.why = why, .lost = false, .ours = true});
    }
    if (family != AF_UNIX) prepare(socket.get());

    const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
    if (connect(socket.get(), to, address.length) == 0) return socket;
    // A unix socket whose backlog is full says EAGAIN and cannot be waited for: that is a failure.
    if (errno != EINPROGRESS) return tl::make_unexpected(no_connection(errno));
    if (wait_for(socket.get(), POLLOUT, deadline) != Readiness::ready)
        return tl::make_unexpected(Failure{"connect: no answer in time"});
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return tl::make_unexpected(no_connection(error));
    return socket;
}

// Of read(2) and its like.
Progress progress_of(ssize_t moved, Progress::Is halt) {
    if (moved >= 0)
        return {.is = Progress::Is::done, .bytes = static_cast<std::size_t>(moved), .why = ""};
    if (errno == EAGAIN || errno == EINTR) return {.is = halt, .bytes = 0, .why = ""};
    return {.is = Progress::Is::failed, .bytes = 0, .why = error_text(errno)};
}

}  // namespace

Progress Stream::Plain::read(char* to, std::size_t most) const {
    Progress progress = progress_of(recv(fd, to, most, 0), Progress::Is::want_read);
    if (progress.is == Progress::Is::done && progress.bytes == 0)
        progress.is = Progress::Is::closed;
    return progress;
}

Progress Stream::Plain::write(std::string_view bytes) const {
    return progress_of(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                       Progress::Is::want_write);
}

tl::expected<Stream, Failure> Stream::open(const std::vector<Address>& addresses, const TlsEnd* tls,
                                           Deadline deadline) {
    Failure failure{"connect: no address"};
    auto left = static_cast<int>(addresses.size());
    for (const Address& address : addresses) {
        // An equal share of what is left, so that a dead first address does not use up all of it.
        const auto now = Deadline::clock::now();
        auto socket = connected(address, now + (deadline - now) / left--);
        if (!socket) {
            failure = socket.error();
            continue;
        }
        Stream stream(*std::move(socket));
        if (tls == nullptr) return stream;
        const auto agreed = stream.shake_hands(*tls, deadline);
        if (agreed) return stream;
        failure = agreed.error();
    }
    return tl::make_unexpected(failure);
}

tl::expected<void, Failure> Stream::shake_hands(const TlsEnd& tls, Deadline deadline) {
    auto stream = crypto::TlsStream::on(socket_.get(), tls.context, tls.name);
    if (!stream) return tl::make_unexpected(Failure{stream.error()});
    for (;;) {
        const Progress progress = stream->handshake();
        switch (progress.is) {
            case Progress::Is::done:
                way_ = *std::move(stream);
                return {};
            case Progress::Is::closed:
                return tl::make_unexpected(Failure{"TLS: closed by the server"});
            case Progress::Is::failed:
                return tl::make_unexpected(Failure{progress.why});
            default:
                break;
        }
        if (wait_for(socket_.get(), progress.is, deadline) != Readiness::ready)
            return tl::make_unexpected(Failure{"TLS: no answer in time"});
    }
}

tl::expected<void, Failure> Stream::write(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        const Progress progress = std::visit([bytes](auto& way) { return way.write(bytes); }, way_);
        bytes.remove_prefix(progress.bytes);
        if (progress.is == Progress::Is::done) continue;
        if (progress.is == Progress::Is::closed)
            return tl::make_unexpected(Failure{"connection closed by the server", true});
        if (progress.is == Progress::Is::failed)
            return tl::make_unexpected(Failure{"write: " + progress.why, true});
        if (wait_for(socket_.get(), progress.is, deadline) != Readiness::ready)
            return tl::make_unexpected(Failure{"write: not taken in time"});
    }
    return {};
}

tl::expected<std::size_t, Failure> Stream::read(char* to, std::size_t most, Deadline deadline) {
    // Redis needs some time for any reply, so waiting comes first: reading at once would only say
    // EAGAIN.
    auto halt = has_pending() ? Progress::Is::done : Progress::Is::want_read;
    for (;;) {
        if (halt != Progress::Is::done &&
            wait_for(socket_.get(), halt, deadline) != Readiness::ready)
            return tl::make_unexpected(Failure{"no reply in time"});
        const Progress progress =
            std::visit([to, most](auto& way) { return way.read(to, most); }, way_);
        if (progress.is == Progress::Is::done) return progress.bytes;
        if (progress.is == Progress::Is::closed)
            return tl::make_unexpected(Failure{"connection closed by the server", true});
        if (progress.is == Progress::Is::failed)
            return tl::make_unexpected(Failure{"read: " + progress.why, true});
        halt = progress.is;
    }
}

bool Stream::is_quiet() const {
    pollfd waiting{socket_.get(), POLLIN, 0};
    return !has_pending() && ::poll(&waiting, 1, 0) == 0;
}

bool Stream::has_pending() const {
    const auto* tls = std::get_if<crypto::TlsStream>(&way_);
    return tls != nullptr && tls->has_pending();
}

}  // namespace spillway::store
