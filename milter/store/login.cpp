#include "store/login.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace spillway::store {

namespace {

struct Secret {
    std::string text;
    bool everybody_may_read = false;
};

tl::unexpected<std::string> unreadable(int error) {
    return tl::unexpected(std::generic_category().message(error));
}

// The first line of a file.
tl::expected<Secret, std::string> secret_in(const std::string& path) {
    const system::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (file.get() < 0 || fstat(file.get(), &facts) != 0) return unreadable(errno);
    if (!S_ISREG(facts.st_mode)) return tl::unexpected<std::string>("not a regular file");
    std::array<char, 4096> buffer;
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0) return unreadable(errno);
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (line.empty()) return tl::unexpected<std::string>("the first line has no password");
    if (line.size() == buffer.size())
        return tl::unexpected<std::string>("the password is too long");
    return Secret{std::string(line), (facts.st_mode & S_IROTH) != 0};
}

}  // namespace

Login::Login(const language::RedisLogin& settings) : settings_(settings) {
    if (settings_.password_file.empty()) return;
    auto secret = secret_in(settings_.password_file);
    if (!secret)
        throw std::runtime_error(
            fmt::format("password-file {}: {}", settings_.password_file, secret.error()));
    password_ = std::move(secret->text);
    if (secret->everybody_may_read)
        warning_ = fmt::format("password-file {}: every user of this machine may read it",
                               settings_.password_file);
}

std::optional<Words> Login::command() const {
    if (settings_.password_file.empty()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (settings_.user.empty()) return Words{"AUTH", password_};
    return Words{"AUTH", settings_.user, password_};
}

tl::expected<bool, std::string> Login::read_again(const Words& refused) {
    auto secret = secret_in(settings_.password_file);
    if (!secret)
        return tl::make_unexpected(
            fmt::format("password-file {}: {}", settings_.password_file, secret.error()));
    const std::lock_guard lock(mutex_);
    password_ = std::move(secret->text);
    return password_ != refused.back();
}

}  // namespace spillway::store
