#include "store/scan.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "store/charge_call.h"
#include "store/keys.h"

namespace spillway::store {

namespace {

constexpr std::size_t most_counters = 100'000;
constexpr const char* keys_a_step = "1000";

void expect(bool right) {
    if (!right) throw std::runtime_error("redis: unexpected reply");
}

limits::Time time_of(const redisReply& reply) {
    expect(reply.type == REDIS_REPLY_ARRAY && reply.elements == 2);
    const std::string seconds(text_of(*reply.element[0]));
    return limits::Time{std::chrono::seconds{std::stoll(seconds)}};
}

}  // namespace

Reply Scan::call(const std::vector<std::string>& words) {
    // A connection may have died while idle; asking twice harms nothing here.
    for (bool again = true;; again = false) {
        auto connection = pool_.take(deadline_);
        if (!connection) throw std::runtime_error("redis: " + connection.error().why);
        auto reply = (*connection)->call(words, deadline_);
        if (reply) {
            if (is_error(**reply))
                throw std::runtime_error(fmt::format("redis: {}", text_of(**reply)));
            return *std::move(reply);
        }
        if (!again || !reply.error().lost) throw std::runtime_error("redis: " + reply.error().why);
        pool_.drop_idle();
    }
}

std::vector<Scan::Counter> Scan::counters(const std::string& pattern) {
    std::vector<Counter> found;
    std::string cursor = "0";
    do {
        const Reply step = call({"SCAN", cursor, "MATCH", pattern, "COUNT", keys_a_step});
        expect(step->type == REDIS_REPLY_ARRAY && step->elements == 2);
        cursor = text_of(*step->element[0]);
        const redisReply& names = *step->element[1];
        for (std::size_t i = 0; i < names.elements; ++i) {
            std::string name(text_of(*names.element[i]));
            if (auto key = charge_key(name))
                found.push_back(Counter{*std::move(key), std::move(name)});
        }
    } while (cursor != "0" && found.size() < most_counters);
    // SCAN may name a key twice while Redis grows or shrinks its table.
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::vector<limits::Use> Scan::uses(const std::string& prefix, std::size_t most) {
    const limits::Time now = time_of(*call({"TIME"}));
    std::vector<limits::Use> uses;
    for (Counter& counter : counters(pattern_of_prefix(prefix))) {
        if (uses.size() >= most) break;
        const Reply hash = call({"HGETALL", counter.name});
        const auto used = stored_use(*hash, now);
        if (used.value_or(0) > 0) uses.push_back(limits::Use{std::move(counter.key), *used});
    }
    return uses;
}

bool Scan::forget(const std::string& key) {
    bool known = false;
    for (const Counter& counter : counters(pattern_of(key))) {
        // DEL, not UNLINK: a counter is one small value, and DEL is there in every Redis.
        const Reply deleted = call({"DEL", counter.name});
        known |= deleted->type == REDIS_REPLY_INTEGER && deleted->integer > 0;
    }
    return known;
}

}  // namespace spillway::store
