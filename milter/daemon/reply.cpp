#include "daemon/reply.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace spillway::daemon {

using nlohmann::json;

std::string written(limits::Time time) {
    const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(limits::Clock::to_time_t(whole)));
}

json written(const std::optional<limits::Time>& time) {
    return time ? json(written(*time)) : json(nullptr);
}

json written_max(std::int64_t max) {
    return max == limits::unlimited ? json("unlimited") : json(max);
}

std::string asker(const json& request) { return request.value("by", std::string("somebody")); }

policy::Who who_in(const json& request) {
    return value_or_throw(policy::parse_who(request.at("who").get<std::string>()));
}

const policy::Limit& limit_named(const policy::Policy& policy, const std::string& name) {
    const auto found = std::ranges::find(policy.limits, name, &policy::Limit::name);
    if (found != policy.limits.end()) return *found;
    std::string known;
    for (const policy::Limit& limit : policy.limits)
        known += (known.empty() ? "" : ", ") + limit.name;
    throw std::runtime_error(fmt::format("there is no limit \"{}\"; the policy has {}", name,
                                         known.empty() ? "none" : known));
}

const policy::Limit* limit_of_key(const policy::Policy& policy, const std::string& key) {
    const auto found =
        std::ranges::find(policy.limits, key.substr(0, key.find(':')), &policy::Limit::name);
    return found == policy.limits.end() ? nullptr : &*found;
}

// The value may hold further colons (IPv6).
std::string value_of_key(const std::string& key) {
    const auto first = key.find(':');
    const auto second = first == key.npos ? key.npos : key.find(':', first + 1);
    return second == key.npos ? key : key.substr(second + 1);
}

}  // namespace spillway::daemon
