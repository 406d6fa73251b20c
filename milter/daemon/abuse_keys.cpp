#include "daemon/abuse_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "daemon/files.h"
#include "system/files.h"

namespace spillway::daemon {

namespace {

constexpr std::size_t largest_key_file = 1024 * 1024;

// Keys in text, wiped at the end.
struct Secret {
    std::string text;
    Secret() = default;
    explicit Secret(std::string from) : text(std::move(from)) {}
    Secret(Secret&&) = default;
    Secret& operator=(Secret&&) = delete;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { crypto::wipe(text); }
};

tl::unexpected<std::string> refusal(const std::string& file, const std::string& why) {
    return tl::unexpected(fmt::format("the keys in {}: {}", file, why));
}

struct KeyFile {
    Secret secret;
    struct stat facts {};
};

tl::expected<KeyFile, std::string> contents(const std::string& file) {
    const system::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    KeyFile found;
    if (!opened.is_open() || ::fstat(opened.get(), &found.facts) != 0)
        return refusal(file, std::generic_category().message(errno));
    if (!S_ISREG(found.facts.st_mode)) return refusal(file, "it is not a plain file");
    if ((found.facts.st_mode & 077) != 0)
        return refusal(file, fmt::format("its mode is {:04o} and must be 0600, for its owner alone",
                                         found.facts.st_mode & 07777));
    auto text = contents_of(opened, largest_key_file);
    if (!text) return refusal(file, text.error().why);
    found.secret.text = *std::move(text);
    return found;
}

tl::expected<crypto::KeyRing, std::string> ring_in(const std::string& file, const Secret& secret) {
    auto ring = crypto::KeyRing::parse(secret.text);
    if (!ring) return refusal(file, ring.error());
    return ring;
}

// Under the owner it had, beside it and in its place.
void write_keys(const std::string& file, const Secret& secret, const struct stat* before) {
    const std::string next = file + ".new";
    ::unlink(next.c_str());
    const system::Descriptor out(
        ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!out.is_open()) throw failure("make", next);
    if (::fchmod(out.get(), 0600) != 0) throw failure("make", next);
    const bool other_owner = before != nullptr && before->st_uid != ::geteuid();
    if (other_owner && ::fchown(out.get(), before->st_uid, before->st_gid) != 0)
        throw failure("give away", next);
    system::write_all(out.get(), secret.text, "write " + next);
    if (::fsync(out.get()) != 0) throw failure("write", next);
    if (::rename(next.c_str(), file.c_str()) != 0) throw failure("replace", file);
}

bool is_missing(const std::string& file) {
    struct stat facts {};
    return ::lstat(file.c_str(), &facts) != 0 && errno == ENOENT;
}

}  // namespace

tl::expected<crypto::KeyRing, std::string> read_keys(const std::string& file) {
    const auto found = contents(file);
    if (!found) return tl::unexpected(found.error());
    return ring_in(file, found->secret);
}

std::string add_key(const std::string& file, const std::string& today) {
    Secret secret;
    if (is_missing(file)) {
        secret.text =
            "# Keys of Spillway's abuse tokens: the last one seals, all of them open.\n"
            "# Who has them can make tokens that name anybody: keep the file to its owner.\n";
        Secret line(crypto::new_key_line(nullptr, today));
        secret.text += line.text;
        write_keys(file, secret, nullptr);
        return crypto::id_text(crypto::KeyRing::parse(secret.text)->newest().id);
    }
    auto found = contents(file);
    if (!found) throw std::runtime_error(found.error());
    const auto ring = ring_in(file, found->secret);
    if (!ring) throw std::runtime_error(ring.error());
    const Secret line(crypto::new_key_line(&*ring, today));
    secret.text.reserve(found->secret.text.size() + line.text.size() + 1);
    secret.text += found->secret.text;
    if (!secret.text.ends_with('\n')) secret.text += '\n';
    secret.text += line.text;
    write_keys(file, secret, &found->facts);
    return crypto::id_text(crypto::KeyRing::parse(secret.text)->newest().id);
}

bool remove_key(const std::string& file, const std::string& id) {
    const auto found = contents(file);
    if (!found) throw std::runtime_error(found.error());
    auto left = crypto::without_key(found->secret.text, id);
    if (!left) return false;
    const Secret secret(*std::move(left));
    const auto ring = ring_in(file, secret);
    if (!ring) throw std::runtime_error(ring.error());
    write_keys(file, secret, &found->facts);
    return true;
}

AbuseKeys::AbuseKeys(const std::optional<language::AbuseKeys>& setting) {
    auto keys = read(setting);
    if (!keys) throw std::runtime_error(keys.error());
    keys_ = *std::move(keys);
}

AbuseKeys::Snapshot AbuseKeys::current() const {
    const std::lock_guard lock(mutex_);
    return keys_;
}

tl::expected<AbuseKeys::Snapshot, std::string> AbuseKeys::read(
    const std::optional<language::AbuseKeys>& setting) {
    if (!setting) return Snapshot();
    auto ring = read_keys(setting->file);
    if (!ring) return tl::unexpected(ring.error());
    return std::make_shared<const crypto::KeyRing>(*std::move(ring));
}

void AbuseKeys::replace(Snapshot next) {
    if (!next) return;
    const std::lock_guard lock(mutex_);
    keys_.swap(next);
}

}  // namespace spillway::daemon
