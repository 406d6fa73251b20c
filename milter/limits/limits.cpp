#include "limits/limits.h"

#include <algorithm>

namespace spillway::limits {

bool all_granted(const Answers& answers) {
    return std::ranges::all_of(
        answers, [](const Answer& answer) { return std::holds_alternative<Granted>(answer); });
}

}  // namespace spillway::limits
