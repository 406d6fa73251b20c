#include "policy/partial.h"

#include <vector>

namespace spillway::policy {

std::optional<Refusal> Acceptance::refused(const Policy& policy, const Message& message,
                                           limits::Counters& counters, limits::Time now) {
    std::vector<Room*> counted;
    for (const AskedCharge& asked : partial_limits(policy, message)) {
        const auto [entry, is_new] = rooms_.try_emplace(asked.charge.key);
        Room& room = entry->second;
        if (is_new) room.standing = counters.peek({asked.charge}, now).at(0);
        if (!room.standing) continue;
        auto refusal = refusal_beyond(asked, *room.standing, room.accepted, policy, message);
        if (refusal) return refusal;
        counted.push_back(&room);
    }
    for (Room* room : counted) ++room->accepted;
    return std::nullopt;
}

}  // namespace spillway::policy
