#include "policy/decision.h"

#include <array>

namespace spillway::policy {

const char* name_of(const Verdict& verdict) {
    constexpr std::array names{"accept", "quarantine", "reject", "defer", "discard"};
    static_assert(names.size() == std::variant_size_v<Verdict>);
    return names[verdict.index()];
}

const char* name_of(Mode mode) {
    constexpr std::array names{"enforce", "audit", "off"};
    return names[static_cast<std::size_t>(mode)];
}

const char* name_of(FooterFate fate) {
    constexpr std::array names{"inserted", "attached", "present", "skipped", "refused"};
    return names[static_cast<std::size_t>(fate)];
}

bool may_leave(const Verdict& verdict) {
    return std::holds_alternative<Accept>(verdict) || std::holds_alternative<Quarantine>(verdict);
}

}  // namespace spillway::policy
