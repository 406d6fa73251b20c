#include "daemon/files.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "system/descriptor.h"

namespace spillway::daemon {

namespace {

struct FreeGlob {
    void operator()(glob_t* found) const { globfree(found); }
};

Unreadable system_mistake() {
    const std::error_code error(errno, std::generic_category());
    return {error, error.message()};
}

// glob(3) reports missing folders as errors too; those simply hold no files.
int stop_unless_missing(const char*, int error) {
    return error == ENOENT || error == ENOTDIR ? 0 : 1;
}

std::vector<std::string> files_named(const std::string& pattern) {
    glob_t found{};
    const std::unique_ptr<glob_t, FreeGlob> guard(&found);
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): only one thread loads policies
    const int result = ::glob(pattern.c_str(), 0, stop_unless_missing, &found);
    if (result == GLOB_NOMATCH) return {};
    if (result != 0) throw failure("list the files of", pattern);
    return {found.gl_pathv, found.gl_pathv + found.gl_pathc};
}

}  // namespace

namespace {

tl::expected<std::string, Unreadable> plain_contents(const system::Descriptor& file,
                                                     std::size_t largest) {
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0) {
        return tl::unexpected(system_mistake());
    }
    if (S_ISDIR(facts.st_mode)) return tl::unexpected(Unreadable{{}, "is a folder"});
    if (!S_ISREG(facts.st_mode)) return tl::unexpected(Unreadable{{}, "is not a plain file"});
    return contents_of(file, largest);
}

}  // namespace

tl::expected<std::string, Unreadable> read_file(const std::string& path, std::size_t largest) {
    return plain_contents(
        system::Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), largest);
}

tl::expected<std::string, Unreadable> contents_of(const system::Descriptor& file,
                                                  std::size_t largest) {
    std::string text;
    std::array<char, 64 * 1024> block;
    for (;;) {
        const ssize_t count = ::read(file.get(), block.data(), block.size());
        if (count == 0) return text;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(system_mistake());
        text.append(block.data(), static_cast<std::size_t>(count));
        if (text.size() > largest) {
            return tl::unexpected(
                Unreadable{{}, fmt::format("is larger than {} MB", largest / (1024 * 1024))});
        }
    }
}

namespace {

// openat2(2) has no function in the C library of Debian 12.
system::Descriptor opened_within(const std::string& folder, const std::string& name) {
    const system::Descriptor root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root.is_open()) return system::Descriptor(-1);
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return system::Descriptor(
        static_cast<int>(::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how)));
}

tl::expected<std::string, std::string> read_within(const std::string& folder,
                                                   const std::string& name) {
    const system::Descriptor file = opened_within(folder, name);
    if (!file.is_open() && errno == EXDEV)
        return tl::unexpected<std::string>("a symbolic link leads out of the folder");
    auto text = plain_contents(file, largest_file_bytes);
    if (!text) return tl::unexpected(text.error().why);
    return std::move(*text);
}

}  // namespace

language::Files disk_files() {
    return {.read = [](const std::string& path) -> tl::expected<std::string, std::string> {
                auto text = read_file(path);
                if (!text) return tl::unexpected(text.error().why);
                return std::move(*text);
            },
            .glob = files_named,
            .read_within = read_within};
}

std::system_error failure(const std::string& what, const std::string& path) {
    return {errno, std::generic_category(), fmt::format("cannot {} {}", what, path)};
}

}  // namespace spillway::daemon
