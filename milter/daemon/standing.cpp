#include "daemon/standing.h"

#include <algorithm>

#include "daemon/reply.h"
#include "policy/variants.h"
#include "policy/words.h"

namespace spillway::daemon {

using limits::Charge;
using limits::Standing;
using nlohmann::json;

namespace {

constexpr std::size_t portion = 64;

std::string set_for(const std::string& plan) {
    const auto who = policy::who_of_plan(plan);
    return who ? policy::in_words(*who) : "";
}

// What is in force for a place: peek() is about charges only.
void apply_plans(Standing& standing, limits::Counters& counters, const limits::Place& place) {
    const auto plans = counters.plans(place.account);
    for (const std::string& name : place.plans) {
        const auto found = std::ranges::find(plans, name, &limits::Plan::name);
        if (found == plans.end()) continue;
        standing.max = found->max;
        standing.plan = name;
        return;
    }
}

}  // namespace

std::optional<std::int64_t> percent_of(const Standing& standing) {
    if (standing.max == limits::unlimited) return std::nullopt;
    if (standing.max <= 0) return 100;
    return static_cast<std::int64_t>(static_cast<double>(standing.used) * 100 /
                                     static_cast<double>(standing.max));
}

json row_of(const policy::Limit& limit, const std::string& key) {
    return {{"limit", limit.name},
            {"key", key},
            {"scope", policy::name_of(limit.scope)},
            {"who", value_of_key(key)},
            {"unit", policy::name_of(limit.unit)},
            {"rate", policy::rate_in_words(limit.rate)},
            {"window", policy::window_of(limit.rate)}};
}

void add_standing(json& row, const std::optional<Standing>& standing) {
    const auto percent = standing ? percent_of(*standing) : std::nullopt;
    row["used"] = standing ? json(standing->used) : json(nullptr);
    row["max"] = standing ? written_max(standing->max) : json(nullptr);
    row["set_for"] = standing ? set_for(standing->plan) : "";
    row["percent"] = percent ? json(*percent) : json(nullptr);
    row["next_free"] = standing ? written(standing->next_free) : json(nullptr);
    row["frees"] = standing ? written(standing->frees) : json(nullptr);
}

std::vector<std::optional<Standing>> standings(limits::Counters& counters,
                                               const std::vector<policy::AskedCharge>& asked,
                                               limits::Time now) {
    std::vector<std::optional<Standing>> all;
    for (std::size_t begin = 0; begin < asked.size(); begin += portion) {
        std::vector<Charge> charges;
        for (std::size_t i = begin; i < std::min(begin + portion, asked.size()); ++i)
            charges.push_back(asked[i].charge);
        auto some = counters.peek(charges, now);
        std::ranges::move(some, std::back_inserter(all));
    }
    return all;
}

// Nobody gets a place where none may be held, and is told how many are.
std::optional<Standing> standing_of(limits::Counters& counters, limits::Place place,
                                    limits::Time now) {
    Standing standing;
    standing.max = place.most;
    apply_plans(standing, counters, place);
    place.most = 0;
    place.plans.clear();
    place.holder = "nobody";
    const auto answer = counters.hold(place, now);
    const auto* const full = std::get_if<limits::Exceeded>(&answer);
    if (full == nullptr) return std::nullopt;
    standing.used = full->used;
    return standing;
}

}  // namespace spillway::daemon
