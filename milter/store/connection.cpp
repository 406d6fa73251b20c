#include "store/connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace spillway::store {

namespace {

std::string error_text(int error) { return std::generic_category().message(error); }

template <typename T>
Address address_of(const T& address, std::size_t length) {
    Address result;
    std::memcpy(&result.bytes, &address, length);
    result.length = static_cast<socklen_t>(length);
    return result;
}

Address unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw std::runtime_error(fmt::format("redis socket {}: the path is too long", path));
    path.copy(address.sun_path, path.size());
    return address_of(address, sizeof address);
}

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

Failure no_connection(int error) { return Failure{"connect: " + error_text(error)}; }

tl::expected<Descriptor, Failure> connected(const Address& address, Deadline deadline) {
    const int family = address.bytes.ss_family;
    Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        const std::string why = "socket: " + error_text(errno);
        return tl::make_unexpected(Failure{.why = why, .lost = false, .ours = true});
    }
    // A command is one small write that waits for its reply: holding it back only costs time.
    const int on = 1;
    if (family != AF_UNIX) setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

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

struct Command {
    explicit Command(const std::vector<std::string>& words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> lengths;
        for (const std::string& word : words) {
            texts.push_back(word.data());
            lengths.push_back(word.size());
        }
        length = redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(),
                                        lengths.data());
        if (length < 0) throw std::bad_alloc();
    }
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;
    ~Command() { redisFreeCommand(bytes); }

    std::string_view text() const { return {bytes, static_cast<std::size_t>(length)}; }

    char* bytes = nullptr;
    int length = 0;
};

}  // namespace

std::vector<Address> resolve(const language::RedisStore& place) {
    if (place.port == 0) return {unix_address(place.host)};

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &hints, &found);
    if (error != 0)
        throw std::runtime_error(fmt::format("redis host {}: {}", place.host, gai_strerror(error)));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* entry = found; entry; entry = entry->ai_next)
        addresses.push_back(address_of(*entry->ai_addr, entry->ai_addrlen));
    return addresses;
}

Descriptor::~Descriptor() {
    if (fd_ >= 0) close(fd_);
}

tl::expected<std::unique_ptr<Connection>, Failure> Connection::open(
    const std::vector<Address>& addresses, Deadline deadline) {
    Failure failure{"connect: no address"};
    auto left = static_cast<int>(addresses.size());
    for (const Address& address : addresses) {
        // An equal share of what is left, so that a dead first address does not use up all of it.
        const auto now = Deadline::clock::now();
        auto socket = connected(address, now + (deadline - now) / left--);
        if (socket) return std::unique_ptr<Connection>(new Connection(*std::move(socket)));
        failure = socket.error();
    }
    return tl::make_unexpected(failure);
}

Connection::Connection(Descriptor socket)
    : socket_(std::move(socket)), reader_(redisReaderCreate()) {
    if (!reader_) throw std::bad_alloc();
}

tl::expected<Reply, Failure> Connection::call(const std::vector<std::string>& words,
                                              Deadline deadline) {
    const Command command(words);
    auto reply = send(command.text(), deadline).and_then([&] { return receive(deadline); });
    usable_ = reply.has_value();
    return reply;
}

tl::expected<void, Failure> Connection::send(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (wait_for(socket_.get(), POLLOUT, deadline) != Readiness::ready)
                return tl::make_unexpected(Failure{"write: not taken in time"});
        } else if (errno != EINTR) {
            return tl::make_unexpected(Failure{"write: " + error_text(errno), true});
        }
    }
    return {};
}

tl::expected<Reply, Failure> Connection::receive(Deadline deadline) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        // Redis needs some time for any reply, so waiting comes first: reading at once would only
        // say EAGAIN.
        if (wait_for(socket_.get(), POLLIN, deadline) != Readiness::ready)
            return tl::make_unexpected(Failure{"no reply in time"});
        const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got == 0) return tl::make_unexpected(Failure{"connection closed by Redis", true});
        if (got < 0) {
            if (errno == EAGAIN || errno == EINTR) continue;
            return tl::make_unexpected(Failure{"read: " + error_text(errno), true});
        }
        redisReaderFeed(reader_.get(), buffer.data(), static_cast<std::size_t>(got));
        auto reply = next_reply();
        if (!reply || *reply) return reply;
    }
}

// The reply when it is complete, null when more bytes are needed.
tl::expected<Reply, Failure> Connection::next_reply() {
    void* whole = nullptr;
    if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK)
        return tl::make_unexpected(Failure{fmt::format("not a Redis reply: {}", reader_->errstr)});
    return Reply(static_cast<redisReply*>(whole));
}

}  // namespace spillway::store
