#include "daemon/control.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) {
        throw std::runtime_error(fmt::format("the socket path {} is longer than {} characters",
                                             path, sizeof address.sun_path - 1));
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

system::Descriptor new_socket() {
    system::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.is_open()) throw failure("open", "a unix socket");
    return fd;
}

// A file left by a killed daemon refuses connections; a full queue (EAGAIN) means that one lives.
bool somebody_answers(const sockaddr_un& address) {
    const system::Descriptor probe = new_socket();
    const int result =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return result == 0 || errno == EAGAIN;
}

void remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return;
    if (!S_ISSOCK(facts.st_mode)) {
        throw std::runtime_error(fmt::format("{} is in the way: it is not a socket", path));
    }
    if (somebody_answers(address)) {
        throw std::runtime_error(fmt::format("another spillwayd answers on {}", path));
    }
    if (::unlink(path.c_str()) != 0) throw failure("remove the stale socket", path);
}

// Two daemons that start at once must not both find the socket stale: the folder is locked
// meanwhile.
system::Descriptor locked_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    system::Descriptor fd(
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.is_open()) throw failure("open", folder);
    if (::flock(fd.get(), LOCK_EX) != 0) throw failure("lock", folder);
    return fd;
}

void give_to(const language::UnixSocket& setting, const std::optional<Account>& owner) {
    const auto unchanged = static_cast<uid_t>(-1);
    // Not by path alone: in a folder of the service's own the name may become a link to any file.
    const system::Descriptor file(::open(setting.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0) throw failure("open", setting.path);
    if (!S_ISSOCK(facts.st_mode))
        throw std::runtime_error(fmt::format("{} is no longer a socket", setting.path));

    const uid_t user = owner && ::geteuid() == 0 ? owner->uid : unchanged;
    gid_t group = owner && ::geteuid() == 0 ? owner->gid : static_cast<gid_t>(-1);
    if (!setting.group.empty()) group = group_named(setting.group);
    if (::fchownat(file.get(), "", user, group, AT_EMPTY_PATH) != 0)
        throw failure("give away", setting.path);
    const auto mode = static_cast<mode_t>(setting.mode);
    if (::fchmodat(AT_FDCWD, setting.path.c_str(), mode, AT_SYMLINK_NOFOLLOW) != 0) {
        throw failure("set the mode of", setting.path);
    }
}

constexpr std::size_t longest_request = 64 * 1024;

std::optional<std::string_view> line_in(std::string_view in) {
    const std::size_t end = in.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    return in.substr(0, end);
}

}  // namespace

ControlSocket::ControlSocket(const language::UnixSocket& setting,
                             const std::optional<Account>& owner)
    : path_(setting.path), clients_(new_socket(), line_in, longest_request) {
    listen_at(setting, owner);
}

void ControlSocket::listen_at(const language::UnixSocket& setting,
                              const std::optional<Account>& owner) {
    const sockaddr_un address = address_of(path_);
    const system::Descriptor lock = locked_folder_of(path_);
    remove_stale(path_, address);

    // The file is born closed to all others and opened by give_to, never the other way round.
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(clients_.listener(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(before);
    if (bound != 0) throw failure("listen on", path_);
    give_to(setting, owner);
    if (::listen(clients_.listener(), SOMAXCONN) != 0) throw failure("listen on", path_);
}

void ControlSocket::serve(std::span<const pollfd> polled, const Answer& answer, SteadyTime now) {
    clients_.serve(
        polled, [&](std::string_view request) { return answer(request) + "\n"; }, now);
}

void ControlSocket::close() {
    if (!clients_.is_open()) return;
    clients_.close();
    ::unlink(path_.c_str());
}

}  // namespace spillway::daemon
