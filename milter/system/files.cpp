#include "system/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace spillway::system {

void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), "cannot " + what);
}

void write_all(int fd, std::string_view bytes, const std::string& what) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(what);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

Descriptor open_unlinked(const std::string& folder) {
    Descriptor nameless(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (nameless.is_open()) return nameless;
    // Some file systems (overlayfs before Linux 6.1, NFS) know no O_TMPFILE.
    std::string name = folder + "/spool.XXXXXX";
    Descriptor named(::mkostemp(name.data(), O_CLOEXEC));
    if (!named.is_open()) fail("make a spool file in " + folder);
    ::unlink(name.c_str());
    return named;
}

}  // namespace spillway::system
