#include "daemon/notice_names.h"

#include <sys/random.h>

#include <array>

#include <fmt/format.h>

#include "daemon/files.h"

namespace spillway::daemon {

std::string unguessable_name() {
    std::array<unsigned char, 16> bytes{};
    // Never interrupted or short for so few bytes (getrandom(2)).
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw failure("read", "random bytes");
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string NoticeNames::fresh(Time now) {
    std::string name = unguessable_name();
    const std::lock_guard lock(mutex_);
    while (!by_age_.empty() && (by_age_.begin()->first + kept <= now || by_age_.size() >= most)) {
        made_.erase(by_age_.begin()->second);
        by_age_.erase(by_age_.begin());
    }
    made_.emplace(name, now);
    by_age_.emplace(now, name);
    return name;
}

bool NoticeNames::take(std::string_view name, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = made_.find(name);
    if (found == made_.end()) return false;
    const bool known = now < found->second + kept;
    made_.erase(found);
    return known;
}

}  // namespace spillway::daemon
