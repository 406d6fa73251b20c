// What operators ask of the counters in Redis. These may take their time, and say what went wrong.

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "limits/key_text.h"
#include "limits/merged.h"
#include "store/keys.h"
#include "store/redis_counters.h"

namespace spillway::store {

namespace {

constexpr std::chrono::seconds patience{10};
// A million keys take about ten seconds.
constexpr std::chrono::seconds patience_for_all_keys{120};

Deadline soon_enough() { return Deadline::clock::now() + patience; }
Deadline some_time() { return Deadline::clock::now() + patience_for_all_keys; }

std::optional<limits::Plan> plan_of(const std::string& account, std::string_view field,
                                    std::string_view value) {
    auto name = limits::decoded(field);
    if (!name) return std::nullopt;
    limits::Plan plan{.account = account, .name = *std::move(name), .max = limits::unlimited};
    if (value == "unlimited") return plan;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), plan.max);
    if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
    return plan;
}

}  // namespace

Reply RedisCounters::ask_for_operator(const std::string& key, const Words& words) {
    auto reply = redis_.call(key, words, soon_enough());
    if (!reply) throw std::runtime_error("redis: " + reply.error().why);
    if (is_error(**reply)) throw std::runtime_error(fmt::format("redis: {}", text_of(**reply)));
    return *std::move(reply);
}

void RedisCounters::set_plan(const limits::Plan& plan) {
    const limits::Plan formed = limits::bounded(plan);
    const std::string key = plan_key(formed.account);
    const std::string max =
        formed.max == limits::unlimited ? "unlimited" : std::to_string(formed.max);
    ask_for_operator(key, {"HSET", key, limits::encoded_key(formed.name), max});
    refusals_.clear();
}

bool RedisCounters::unset_plan(const limits::Plan& plan) {
    const limits::Plan formed = limits::bounded(plan);
    const std::string key = plan_key(formed.account);
    const Reply reply = ask_for_operator(key, {"HDEL", key, limits::encoded_key(formed.name)});
    refusals_.clear();
    return reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;
}

std::vector<limits::Plan> RedisCounters::plans(const std::optional<std::string>& account) {
    std::vector<limits::Plan> plans;
    const auto take = [&plans](const std::string& owner, std::string_view field,
                               std::string_view value) {
        if (auto plan = plan_of(owner, field, value)) plans.push_back(*std::move(plan));
    };
    Scan scan(redis_, some_time());
    if (account)
        scan.hash(plan_key(limits::bounded(*account)), take);
    else
        scan.hashes(plan_key_pattern, take);
    std::ranges::sort(plans, {},
                      [](const limits::Plan& plan) { return std::pair(plan.name, plan.account); });
    return plans;
}

bool RedisCounters::unsuspend(const limits::Suspect& suspect) {
    const limits::Suspect formed = limits::bounded(suspect);
    const std::string key = suspended_key(formed.account), field = suspect_field(formed);
    const auto here = refusals_.suspended_here(
        std::chrono::floor<std::chrono::milliseconds>(limits::Clock::now()));
    const bool on_its_way =
        std::ranges::find(here, formed, &limits::Suspension::suspect) != here.end();
    settler_.drop_suspensions(key, field, soon_enough());
    refusals_.unsuspend(formed);
    const Reply reply = ask_for_operator(key, {"HDEL", key, field});
    refusals_.unsuspend(formed);  // in between a message may have found it
    return on_its_way || (reply->type == REDIS_REPLY_INTEGER && reply->integer > 0);
}

std::vector<limits::Suspension> RedisCounters::suspensions(limits::Time now) {
    std::vector<limits::Suspension> found = refusals_.suspended_here(now);
    Scan scan(redis_, some_time());
    scan.hashes(suspended_key_pattern,
                [&](const std::string& account, std::string_view field, std::string_view value) {
                    const auto suspect = suspect_of(account, field);
                    if (!suspect || std::ranges::find(found, *suspect,
                                                      &limits::Suspension::suspect) != found.end())
                        return;
                    const auto suspension = suspension_of(*suspect, value);
                    if (suspension && now < suspension->until) found.push_back(*suspension);
                });
    std::ranges::sort(found, {}, [](const limits::Suspension& one) {
        return std::tuple(one.suspect.account, one.suspect.whom, one.suspect.who);
    });
    return found;
}

std::vector<limits::Use> RedisCounters::list(const std::string& prefix, std::size_t most,
                                             limits::Time /*now*/) {
    return Scan(redis_, some_time()).first(limits::bounded_key(prefix), most);
}

std::vector<limits::Use> RedisCounters::most_used(const std::string& prefix, std::size_t most,
                                                  limits::Time /*now*/) {
    return Scan(redis_, some_time()).most_used(limits::bounded_key(prefix), most);
}

bool RedisCounters::reset(const std::string& key) {
    local_.forget(limits::bounded_key(key));
    refusals_.clear();
    const bool known = Scan(redis_, some_time()).forget(limits::bounded_key(key));
    refusals_.clear();
    return known;
}

std::string RedisCounters::describe() const {
    const std::size_t waiting = settler_.waiting();
    const std::string waits = waiting > 0 ? fmt::format(", {} changes wait", waiting) : "";
    if (!breaker_.is_open()) return fmt::format("{}, answers{}", redis_.describe(), waits);
    const std::lock_guard lock(mutex_);
    return fmt::format("{}, silent: {}{}", redis_.describe(), last_failure_, waits);
}

}  // namespace spillway::store
