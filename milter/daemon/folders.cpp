#include "daemon/folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/files.h"

namespace spillway::daemon {

namespace {

void give(const std::string& path, const std::optional<Account>& owner) {
    if (!owner || ::geteuid() != 0) return;
    if (::chown(path.c_str(), owner->uid, owner->gid) != 0) throw failure("give away", path);
}

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

}  // namespace

void make_folder(const std::string& path, mode_t mode, const std::optional<Account>& owner) {
    std::error_code ignored;  // what is no folder, or cannot be looked at, fails to be made below
    if (path.empty() || std::filesystem::is_directory(path, ignored)) return;
    make_folder(folder_of(path), 0755, owner);
    if (::mkdir(path.c_str(), 0700) != 0) throw failure("make the folder", path);
    give(path, owner);
    if (::chmod(path.c_str(), mode) != 0) throw failure("set the mode of", path);
}

void make_folders(const language::Settings& settings, const std::optional<Account>& owner) {
    make_folder(settings.state_dir, 0750, owner);
    make_folder(spool_folder(settings), 0750, owner);
    make_folder(folder_of(settings.control.path), 0755, owner);
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

std::string spool_folder(const language::Settings& settings) {
    return settings.spool_dir.empty() ? settings.state_dir : settings.spool_dir;
}

void give_log_file(const language::LogSetting& log, const std::optional<Account>& owner) {
    if (log.target == language::LogTarget::file) give(log.path, owner);
}

}  // namespace spillway::daemon
