// Asking several hosts who all know the same: sentinels, or nodes of a cluster.
#pragma once

#include <algorithm>
#include <vector>

#include <tl/expected.hpp>

#include "store/resolver.h"

namespace spillway::store {

// Asks the first hosts of the row until one answers: ask(endpoint, its deadline) gives a T or a
// Failure. Who does not answer goes to the end of the row, so that the next time it costs nothing.
// Each gets an equal share of the time left, and one share is left over for what follows.
template <typename T, typename Ask>
tl::expected<T, Failure> ask_in_turn(std::vector<Endpoint>& row, Deadline deadline,
                                     const Ask& ask) {
    constexpr std::size_t most_asked = 5;
    auto left = static_cast<int>(std::min(row.size(), most_asked));
    tl::expected<T, Failure> answer = tl::make_unexpected(Failure{"nobody to ask"});
    for (; left > 0; --left) {
        const auto now = Deadline::clock::now();
        answer = ask(row.front(), now + (deadline - now) / (left + 1));
        if (answer) break;
        std::rotate(row.begin(), row.begin() + 1, row.end());
    }
    return answer;
}

}  // namespace spillway::store
