// The suppression list, where the counters are: in this process or in Redis. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "language/settings.h"
#include "limits/suppression_table.h"
#include "store/redis_suppressions.h"

namespace spillway::store {

class Suppressions {
  public:
    // Throws std::runtime_error as Redis does.
    Suppressions(const language::Store& store, const Notice& notice);

    limits::SuppressionAnswer find(std::string_view recipient, std::string_view account,
                                   std::string_view domain, limits::Time now) noexcept;

    // For operators; throw std::runtime_error when the list cannot be asked.
    void add(const std::vector<limits::Suppression>& entries, limits::Time now);
    bool remove(const limits::SuppressionName& name);
    SuppressionPage page(const std::string& from, limits::Time now);

    // What this process keeps itself, to be kept on disk; null when it is in Redis.
    limits::SuppressionTable* table() { return table_.get(); }

  private:
    std::unique_ptr<limits::SuppressionTable> table_;  // this or
    std::unique_ptr<RedisSuppressions> redis_;         // that
};

}  // namespace spillway::store
