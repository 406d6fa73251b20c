// Notices that wait to be told, and when each is tried next. Time is given as a value.
//
// Not thread-safe; daemon/notices.h has it under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/notice.h"

namespace spillway::daemon {

// One notice by one way: by mail to all its addresses, or to one webhook.
struct Delivery {
    std::shared_ptr<const policy::Notice> notice;
    std::string id;                      // of the notice: 32 hex digits
    std::optional<std::string> webhook;  // none: by mail
    std::size_t failures = 0;
};

class Outbox {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Pauses = std::vector<std::chrono::milliseconds>;

    // `pauses` lie between the first try and the second, and so on; after the last there is one
    // more try.
    Outbox(std::size_t most, Pauses pauses) : most_(most), pauses_(std::move(pauses)) {}

    // False when too many wait: it was not taken.
    bool add(Delivery delivery, Time now);
    // Again after a failure: when. nullopt: it was tried often enough, and is not kept.
    std::optional<Time> add_again(Delivery delivery, Time now);

    // When the next is to be tried; nullopt when none waits.
    std::optional<Time> next() const;
    // The next, due or not; one must wait.
    Delivery take();

    std::size_t size() const { return waiting_.size(); }

  private:
    const std::size_t most_;
    const Pauses pauses_;
    std::multimap<Time, Delivery> waiting_;  // by when it is due; equal ones in their order
};

}  // namespace spillway::daemon
