#include "daemon/folders.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

bool gives(const std::optional<Account>& owner) { return owner && ::geteuid() == 0; }

// By descriptor: in a folder of the owner's a name may become a link to any file meanwhile.
void give(const system::Descriptor& file, const std::string& path,
          const std::optional<Account>& owner) {
    if (!gives(owner)) return;
    if (::fchown(file.get(), owner->uid, owner->gid) != 0) throw failure("give away", path);
}

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

// The folder and its parents, as far as they are not there, from the outermost.
std::vector<std::string> missing_folders(const std::string& path) {
    std::error_code ignored;  // what is no folder, or cannot be looked at, fails to be made
    if (path.empty() || std::filesystem::is_directory(path, ignored)) return {};
    std::vector<std::string> missing = missing_folders(folder_of(path));
    missing.push_back(path);
    return missing;
}

}  // namespace

void make_folder(const std::string& path, mode_t mode, const std::optional<Account>& owner) {
    const std::vector<std::string> missing = missing_folders(path);
    for (const std::string& folder : missing)
        if (::mkdir(folder.c_str(), 0700) != 0) throw failure("make the folder", folder);
    // The innermost first: what is within a folder is ready before its owner can touch it.
    for (auto folder = missing.rbegin(); folder != missing.rend(); ++folder) {
        const system::Descriptor made(
            ::open(folder->c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!made.is_open()) throw failure("open the folder", *folder);
        if (::fchmod(made.get(), folder == missing.rbegin() ? mode : 0755) != 0)
            throw failure("set the mode of", *folder);
        give(made, *folder, owner);
    }
}

void make_folders(const language::Settings& settings, const policy::Policy& policy,
                  const std::optional<Account>& owner) {
    make_folder(settings.state_dir, 0750, owner);
    make_folder(spool_folder(settings), 0750, owner);
    make_folder(folder_of(settings.control.path), 0755, owner);
    for (const auto& [name, place] : policy.archives) make_folder(place.folder, 0700, owner);
    if (const auto* local = std::get_if<language::UnixSocket>(&settings.listen)) {
        make_folder(folder_of(local->path), 0755, owner);
    }
}

void check_writable(const std::string& folder) {
    // The effective ids count: the real ones may still be root's in a set-uid start.
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
        throw failure("write to the folder", folder);
    }
}

system::Descriptor taken_folder(const std::string& folder) {
    system::Descriptor taken(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!taken.is_open()) throw failure("open the state folder", folder);
    check_writable(folder);
    if (::flock(taken.get(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error(fmt::format("another spillwayd keeps its counters in {}", folder));
    return taken;
}

std::string spool_folder(const language::Settings& settings) {
    return settings.spool_dir.empty() ? settings.state_dir : settings.spool_dir;
}

void give_log_file(const language::LogSetting& log, const std::optional<Account>& owner) {
    if (log.target != language::LogTarget::file || !gives(owner)) return;
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const system::Descriptor file(::open(log.path.c_str(), flags, 0640));
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0)
        throw failure("open the log file", log.path);
    // A second name may have been made by the owner of the folder for a file of somebody else.
    if (!S_ISREG(facts.st_mode) || facts.st_nlink != 1)
        throw std::runtime_error(
            fmt::format("the log file {} is not a plain file with one name", log.path));
    give(file, log.path, owner);
}

}  // namespace spillway::daemon
