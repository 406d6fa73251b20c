#include "daemon/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

// getpwnam_r and getgrnam_r fill strings into a buffer of a size they cannot tell before.
constexpr std::size_t entry_bytes = 64 * 1024;

}  // namespace

std::optional<Account> account_named(const std::string& name) {
    if (name.empty()) return std::nullopt;
    std::vector<char> buffer(entry_bytes);
    passwd entry{};
    passwd* found = nullptr;
    errno = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (errno != 0) throw failure("look up user", name);
    if (found == nullptr) throw std::runtime_error(fmt::format("there is no user {}", name));
    return Account{name, entry.pw_uid, entry.pw_gid};
}

gid_t group_named(const std::string& name) {
    std::vector<char> buffer(entry_bytes);
    group entry{};
    group* found = nullptr;
    errno = ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (errno != 0) throw failure("look up group", name);
    if (found == nullptr) throw std::runtime_error(fmt::format("there is no group {}", name));
    return entry.gr_gid;
}

void become(const Account& account) {
    if (::getuid() == account.uid && ::geteuid() == account.uid) return;
    if (::initgroups(account.name.c_str(), account.gid) != 0) {
        throw failure("take the groups of", account.name);
    }
    if (::setgid(account.gid) != 0) throw failure("take the group of", account.name);
    if (::setuid(account.uid) != 0) throw failure("become", account.name);
    if (account.uid != 0 && ::setuid(0) == 0) {
        throw std::runtime_error(
            fmt::format("became {}, but could still become root", account.name));
    }
}

}  // namespace spillway::daemon
