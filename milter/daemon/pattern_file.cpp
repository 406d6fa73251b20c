#include "daemon/pattern_file.h"
#include "system/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "daemon/files.h"
#include "match/saved_sets.h"
#include "system/descriptor.h"

namespace spillway::daemon {

namespace {

constexpr std::size_t largest_patterns_bytes = std::size_t{1024} * 1024 * 1024;

std::string name_for_user() { return fmt::format("patterns.{}", ::geteuid()); }

bool only_ours(const system::Descriptor& file) {
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) return false;
    return S_ISREG(facts.st_mode) && facts.st_uid == ::geteuid() && facts.st_nlink == 1 &&
           (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

void write_beside_and_rename(int folder, const std::string& name, const std::string& bytes) {
    const std::string draft = name + ".new";
    ::unlinkat(folder, draft.c_str(), 0);  // of a write that was cut off
    const system::Descriptor file(::openat(
        folder, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) throw failure("write", draft);
    try {
        system::write_all(file.get(), bytes, "write " + draft);
    } catch (const std::exception&) {
        ::unlinkat(folder, draft.c_str(), 0);  // gives a full disk its blocks back
        throw;
    }
    // Not synced: what a crash leaves of it fails its checksum.
    if (::renameat(folder, draft.c_str(), folder, name.c_str()) != 0)
        throw failure("replace", name);
}

}  // namespace

std::vector<match::SavedSet> kept_patterns(const std::string& folder) {
    const std::string path = folder + "/" + name_for_user();
    const system::Descriptor file(
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open() || !only_ours(file)) return {};
    const auto bytes = contents_of(file, largest_patterns_bytes);
    if (!bytes) return {};
    return match::saved_sets(*bytes).value_or(std::vector<match::SavedSet>{});
}

tl::expected<void, std::string> keep_patterns(const std::string& folder,
                                              const std::vector<match::SavedSet>& sets) {
    const system::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open() && errno == ENOENT) return {};
    try {
        if (!opened.is_open()) throw failure("open", folder);
        write_beside_and_rename(opened.get(), name_for_user(), match::bytes_of(sets));
        return {};
    } catch (const std::system_error& error) {
        return tl::unexpected<std::string>(error.what());
    }
}

language::Files disk_files_and_patterns() {
    language::Files files = disk_files();
    files.kept_patterns = kept_patterns;
    files.keep_patterns = keep_patterns;
    return files;
}

}  // namespace spillway::daemon
