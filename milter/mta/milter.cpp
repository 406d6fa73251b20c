#include "mta/milter.h"

#include <cerrno>
#include <cstring>

#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <variant>

#include <fmt/format.h>

#include "mta/callbacks.h"

namespace spillway::mta {
namespace {

bool listens_on_tcp = false;

[[noreturn]] void fail(std::string_view place, std::string_view reason) {
    throw std::runtime_error(fmt::format("cannot listen on {}: {}", place, reason));
}

[[noreturn]] void in_use(std::string_view place) {
    throw SocketInUse(fmt::format("another process listens on {} already", place));
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

// A stale socket refuses connections; one that takes them, or would if its queue were not full, is
// somebody's. libmilter alone would take the name away from a living daemon.
void expect_free(const language::UnixSocket& listen) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (listen.path.size() >= sizeof address.sun_path)
        fail(listen.path,
             fmt::format("a socket's path has at most {} characters", sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, listen.path.c_str(), listen.path.size() + 1);
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ||
        errno == EAGAIN)
        in_use(listen.path);
    if (errno != ENOENT && errno != ECONNREFUSED)
        fail(listen.path, std::generic_category().message(errno));
    struct stat found {};
    if (::lstat(listen.path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode))
        fail(listen.path, "it exists and is no socket");
}

Addresses resolve(const language::InetSocket& listen, const std::string& place) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE;
    hints.ai_family = listen.host.find(':') == std::string::npos ? AF_INET : AF_INET6;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int result = ::getaddrinfo(listen.host.empty() ? nullptr : listen.host.c_str(),
                                     std::to_string(listen.port).c_str(), &hints, &found);
    if (result != 0) fail(place, ::gai_strerror(result));
    return Addresses(found);
}

// libmilter tells only syslog why it could not bind, so we try first.
void expect_free(const language::InetSocket& listen) {
    const std::string place = libmilter_name(listen);
    const Addresses addresses = resolve(listen, place);
    const Descriptor probe(::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(probe.get(), addresses->ai_addr, addresses->ai_addrlen) == 0) return;
    if (errno == EADDRINUSE) in_use(place);
    fail(place, std::generic_category().message(errno));
}

void expect_free(const language::InheritedSocket& listen) {
    struct stat found {};
    if (::fstat(listen.fd, &found) != 0 || !S_ISSOCK(found.st_mode))
        fail(libmilter_name(listen), "no socket was handed over at start");
}

bool is_tcp(const language::Listen& listen) {
    const auto* inherited = std::get_if<language::InheritedSocket>(&listen);
    if (inherited == nullptr) return std::holds_alternative<language::InetSocket>(listen);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    return ::getsockname(inherited->fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
           address.ss_family != AF_UNIX;
}

std::optional<gid_t> group_id(const language::UnixSocket& listen) {
    if (listen.group.empty()) return std::nullopt;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been started yet
    const group* entry = ::getgrnam(listen.group.c_str());
    if (entry == nullptr) fail(listen.path, fmt::format("there is no group {}", listen.group));
    return entry->gr_gid;
}

// An edit and the answer behind it are two small packets: Nagle would keep the second until the MTA
// acknowledges the first, 40 ms later. Accepted sockets inherit this from the one that listens,
// which libmilter does not tell: it is the only TCP socket of the process that listens now.
void send_at_once_over_tcp() {
    const int on = 1;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 0; fd < static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 4096)); ++fd) {
        int listens = 0;
        socklen_t size = sizeof listens;
        if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0)
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
}

void open_with_libmilter(const language::Listen& listen) {
    const std::string name = libmilter_name(listen);
    if (smfi_setconn(const_cast<char*>(name.c_str())) != MI_SUCCESS ||
        smfi_opensocket(true) != MI_SUCCESS)
        fail(name, "libmilter could not open the socket; the mail log has its reason");
}

// The umask is the only say we have in the mode with which libmilter makes the socket; nobody may
// connect before owner and mode are right. Called before threads start, so the umask is ours.
void open_unix(const language::UnixSocket& listen) {
    const auto group = group_id(listen);
    const mode_t before = ::umask(0777);
    try {
        open_with_libmilter(listen);
    } catch (...) {
        ::umask(before);
        throw;
    }
    ::umask(before);
    if (group && ::chown(listen.path.c_str(), static_cast<uid_t>(-1), *group) != 0)
        fail(listen.path, fmt::format("cannot give it to group {}: {}", listen.group,
                                      std::generic_category().message(errno)));
    if (::chmod(listen.path.c_str(), listen.mode) != 0)
        fail(listen.path,
             fmt::format("cannot set its mode: {}", std::generic_category().message(errno)));
}

// libmilter's accept loop spins without rest when file descriptors run out, and each SMTP
// connection takes one, idle or not.
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Name {
    std::string operator()(const language::UnixSocket& listen) const {
        return "unix:" + listen.path;
    }
    std::string operator()(const language::InetSocket& listen) const {
        if (listen.host.empty()) return fmt::format("inet:{}", listen.port);
        if (listen.host.find(':') == std::string::npos)
            return fmt::format("inet:{}@{}", listen.port, listen.host);
        return fmt::format("inet6:{}@[{}]", listen.port, listen.host);
    }
    std::string operator()(const language::InheritedSocket& listen) const {
        return fmt::format("fd:{}", listen.fd);
    }
};

}  // namespace

std::string libmilter_name(const language::Listen& listen) { return std::visit(Name{}, listen); }

void open_socket(const language::Listen& listen) {
    std::visit([](const auto& place) { expect_free(place); }, listen);
    listens_on_tcp = is_tcp(listen);
    if (smfi_register(description()) != MI_SUCCESS)
        throw std::runtime_error("libmilter does not take the filter: another version?");
    if (const auto* unix_socket = std::get_if<language::UnixSocket>(&listen))
        open_unix(*unix_socket);
    else
        open_with_libmilter(listen);
    if (listens_on_tcp) send_at_once_over_tcp();
}

bool serve(const session::Surroundings& around) {
    raise_file_limit();
    prepare(around, listens_on_tcp);
    return smfi_main() == MI_SUCCESS;
}

bool drain(std::chrono::milliseconds deadline) {
    // libmilter writes an answer after its callback has returned and cannot be asked whether it
    // has: a message counted but not answered would be sent, and counted, again. The write takes
    // microseconds; this is far more.
    constexpr std::chrono::milliseconds until_written{100};
    const bool done = finish(deadline);
    std::this_thread::sleep_for(until_written);
    return done;
}

}  // namespace spillway::mta
