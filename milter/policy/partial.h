// Partial acceptance: the recipients of one message, as far as limits with `over partial` have
// room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "policy/evaluate.h"

namespace spillway::policy {

// One message's; used by one thread at a time.
class Acceptance {
  public:
    // Whether the message's last recipient is one too many. Each counter is asked at its first
    // recipient only: what others use up meanwhile is found out when the message is charged. A
    // counter that cannot be asked refuses nobody here.
    std::optional<Refusal> refused(const Policy& policy, const Message& message,
                                   limits::Counters& counters, limits::Time now);

  private:
    struct Room {
        std::optional<limits::Standing> standing;
        std::int64_t accepted = 0;
    };
    std::map<std::string, Room> rooms_;  // by key
};

}  // namespace spillway::policy
