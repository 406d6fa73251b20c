// What granted calls have charged and nobody has settled yet. Not thread-safe by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "limits/deed.h"
#include "limits/limits.h"

namespace spillway::limits {

struct OpenReceipt {
    Time at{};
    std::string account;
    std::string message;
    std::vector<Deed> deeds;
    friend bool operator==(const OpenReceipt&, const OpenReceipt&) = default;
};

class OpenReceipts {
  public:
    // Tokens ascend. Without memory nothing is kept.
    const OpenReceipt& add(std::uint64_t token, OpenReceipt receipt);
    // nullopt when it was settled already. Needs no memory.
    std::optional<OpenReceipt> take(std::uint64_t token);
    bool hold(std::uint64_t token) const { return receipts_.contains(token); }

    // The tokens of what was charged for one message and is at least `age` old.
    std::vector<std::uint64_t> earlier_tries(const std::string& account, const std::string& message,
                                             Time now, std::chrono::milliseconds age) const;

    void forget_older(Time then);

    const std::map<std::uint64_t, OpenReceipt>& all() const { return receipts_; }

  private:
    std::map<std::uint64_t, OpenReceipt> receipts_;                   // nearly in the order of time
    std::unordered_multimap<std::uint64_t, std::uint64_t> by_owner_;  // by a hash of whose it is
};

}  // namespace spillway::limits
