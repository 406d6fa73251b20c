// Names by which mail of our own is known when it comes back to us to be sent.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace spillway::daemon {

// 32 hex digits that nobody can guess.
std::string unguessable_name();

class NoticeNames {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // How long the mail server may take from being handed a message to asking about it. The name of
    // a message that comes later is not known any more, and the message is judged like any other.
    static constexpr std::chrono::minutes kept{15};
    static constexpr std::size_t most = 10'000;  // the oldest are forgotten

    std::string fresh(Time now);
    // True once for each name.
    bool take(std::string_view name, Time now);

  private:
    std::mutex mutex_;
    std::map<std::string, Time, std::less<>> made_;  // guarded by mutex_
    std::multimap<Time, std::string> by_age_;        // guarded by mutex_; may name taken ones
};

}  // namespace spillway::daemon
