// The suppression list in Redis, shared by all machines that ask it.
//
// One key an entry, so that Redis lets it end by itself:
//
//   spillway-suppressed:{DOMAIN}:SCOPE:OWNER:TARGET    words as in limits/suppression.h
//
// DOMAIN is the target's: all entries that may stop mail to one recipient are in one slot of a
// cluster, and one MGET asks for them. Parts are encoded as in limits/key_text.h.
//
// Thread-safe. What was asked is remembered for a minute (suppression_cache.h): a change is seen at
// once where it was made and within that time by other machines. A silent Redis is asked no more
// than every two seconds (breaker.h).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/settings.h"
#include "limits/suppression.h"
#include "store/breaker.h"
#include "store/notice.h"
#include "store/redis.h"
#include "store/suppression_cache.h"

namespace spillway::store {

struct SuppressionPage {
    std::vector<limits::Suppression> entries;
    std::string next;  // where the next page begins; "" after the last
};

class RedisSuppressions {
  public:
    static constexpr std::size_t most_remembered = 200'000;
    static constexpr std::chrono::seconds remembered_for{60};

    struct Options {
        std::function<Breaker::Time()> steady_now = std::chrono::steady_clock::now;
        std::size_t most_remembered = RedisSuppressions::most_remembered;
        std::chrono::milliseconds remembered_for = RedisSuppressions::remembered_for;
    };

    // Connects when first asked. Throws std::runtime_error as Redis does.
    RedisSuppressions(const language::RedisStore& place, Notice notice);
    RedisSuppressions(const language::RedisStore& place, Notice notice, Options options);

    // Unavailable when there was no answer before the timeout of the settings.
    limits::SuppressionAnswer find(std::string_view recipient, std::string_view account,
                                   std::string_view domain, limits::Time now) noexcept;

    // For operators: these take their time and throw std::runtime_error with what went wrong.
    void add(const std::vector<limits::Suppression>& entries, limits::Time now);
    bool remove(const limits::SuppressionName& name);
    // Some thousand entries from where `from` says, "" for the first; in no order. An entry may be
    // told twice when the list changes meanwhile.
    SuppressionPage page(const std::string& from);

  private:
    limits::SuppressionAnswer ask(const std::vector<limits::SuppressionName>& names);
    void note(Breaker::Permit permit, const std::optional<Failure>& failure);

    const std::chrono::milliseconds timeout_;
    const Notice notice_;
    const Options options_;
    Redis redis_;
    Breaker breaker_;
    SuppressionCache cache_;
};

}  // namespace spillway::store
