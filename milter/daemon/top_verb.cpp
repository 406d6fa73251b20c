// top and counters: who has used how much.
#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "daemon/limit_verbs.h"
#include "daemon/reply.h"
#include "daemon/standing.h"
#include "policy/words.h"

namespace spillway::daemon {

using limits::Use;
using nlohmann::json;

namespace {

constexpr std::size_t most_rows = 10000;
constexpr std::int64_t counts_as_near = 80;  // percent
// Of each limit. Who has a larger maximum than others may be far down the list and yet not near it,
// so more are looked at than shown where percents count.
constexpr std::size_t least_looked_at = 200;

struct Row {
    const policy::Limit* limit = nullptr;  // null: not in the policy, or counted otherwise now
    Use use;
    std::optional<limits::Standing> standing;

    std::int64_t used() const { return standing ? standing->used : use.used; }
    // Of an unlimited one nothing is used up.
    std::int64_t percent() const { return standing ? percent_of(*standing).value_or(-1) : -1; }
};

// Rows for uses, each asked how it stands.
std::vector<Row> rows_of(std::vector<Use> uses, const policy::Policy& policy,
                         limits::Counters& counters, limits::Time now) {
    std::vector<Row> rows;
    std::vector<policy::AskedCharge> asked;
    std::vector<std::size_t> places;  // in rows, of each asked
    for (Use& use : uses) {
        auto charge = policy::charge_of_key(policy, use.key, use.account, now);
        if (charge) places.push_back(rows.size());
        rows.push_back({charge ? charge->limit : nullptr, std::move(use), std::nullopt});
        if (charge) asked.push_back(*std::move(charge));
    }
    auto known = standings(counters, asked, now);
    for (std::size_t i = 0; i < known.size(); ++i) rows[places[i]].standing = std::move(known[i]);
    return rows;
}

// Customers with a smaller maximum of their own may be over it with little use.
void add_planned(std::vector<Use>& uses, const policy::Limit& limit, limits::Counters& counters) {
    std::set<std::string> seen;
    for (const Use& use : uses) seen.insert(use.key);
    const std::string begin = fmt::format("{}:{}:", limit.name, policy::name_of(limit.scope));
    for (const limits::Plan& plan : counters.plans(std::nullopt)) {
        // Where the scopes are the same, a plan is named as the counter is.
        if (plan.name.starts_with(begin) && seen.insert(plan.name).second)
            uses.push_back({plan.name, 0, plan.account});
    }
}

struct Order {
    std::string_view name;
    bool (*before)(const Row&, const Row&);
};
constexpr std::array<Order, 3> orders{
    {{"percent",
      [](const Row& a, const Row& b) {
          return std::tuple(-a.percent(), -a.used(), std::string_view(a.use.key)) <
                 std::tuple(-b.percent(), -b.used(), std::string_view(b.use.key));
      }},
     {"used",
      [](const Row& a, const Row& b) {
          return std::tuple(-a.used(), std::string_view(a.use.key)) <
                 std::tuple(-b.used(), std::string_view(b.use.key));
      }},
     {"name", [](const Row& a, const Row& b) { return a.use.key < b.use.key; }}}};

// What a request for `top` wants.
struct WantedRows {
    std::vector<const policy::Limit*> limits;
    std::size_t most = 20;
    std::optional<std::int64_t> near;  // percent; who has used less is left out
    const Order* order = nullptr;
};

// A fraction or a number beyond all counting is no wish anybody can have.
std::int64_t number_in(const json& request, const char* name, std::int64_t by_default) {
    const auto found = request.find(name);
    if (found == request.end()) return by_default;
    if (!found->is_number_integer())
        throw std::runtime_error(fmt::format("\"{}\" is a whole number", name));
    return found->get<std::int64_t>();
}

std::size_t most_in(const json& request, std::size_t by_default) {
    const auto wanted = number_in(request, "most", static_cast<std::int64_t>(by_default));
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(wanted, 1, static_cast<std::int64_t>(most_rows)));
}

WantedRows wanted_rows_in(const json& request, const policy::Policy& policy) {
    WantedRows wanted;
    wanted.most = most_in(request, wanted.most);
    if (request.contains("near")) wanted.near = number_in(request, "near", 0);
    const auto by = request.value("by", std::string("percent"));
    wanted.order = std::ranges::find(orders, by, &Order::name);
    if (wanted.order == orders.end())
        throw std::runtime_error(fmt::format("sorted by percent, used or name, not \"{}\"", by));
    const auto name = request.value("limit", std::string());
    if (!name.empty()) {
        wanted.limits.push_back(&limit_named(policy, name));
        return wanted;
    }
    for (const policy::Limit& limit : policy.limits) wanted.limits.push_back(&limit);
    return wanted;
}

std::vector<Row> candidates(const policy::Limit& limit, const WantedRows& wanted,
                            const policy::Policy& policy, const session::Surroundings& around) {
    // Whoever is near his maximum may have used less than others have of a larger one.
    const bool by_use = wanted.order->name == "used" && !wanted.near;
    const auto looked_at = by_use ? wanted.most : std::max(wanted.most, least_looked_at);
    auto uses = around.counters.most_used(limit.name + ":", looked_at, around.now());
    if (!by_use) add_planned(uses, limit, around.counters);
    auto rows = rows_of(std::move(uses), policy, around.counters, around.now());
    // What is counted no more (another scope, a window that has passed) concerns nobody now.
    const std::int64_t least = wanted.near.value_or(-1);
    std::erase_if(rows, [&](const Row& row) {
        return row.limit == nullptr || row.used() == 0 || row.percent() < least;
    });
    return rows;
}

const char* state_of(const Row& row) {
    if (row.percent() >= 100) return "over";
    return row.percent() >= counts_as_near ? "near" : "";
}

json described(const Row& row) {
    json text = row_of(*row.limit, row.use.key);
    add_standing(text, row.standing);
    text["used"] = row.used();
    text["account"] = row.use.account;
    text["state"] = state_of(row);
    return text;
}

json counter_row(const Row& row) {
    json text{{"key", row.use.key}, {"used", row.used()}};
    if (row.limit == nullptr) return text;
    text["max"] = row.standing ? written_max(row.standing->max) : json(nullptr);
    const bool is_pace = std::holds_alternative<limits::Pacing>(row.limit->rate);
    text["window"] = is_pace ? json(nullptr) : json(policy::window_of(row.limit->rate));
    if (const auto* sliding = std::get_if<limits::Sliding>(&row.limit->rate))
        text["span_seconds"] =
            std::chrono::duration_cast<std::chrono::seconds>(sliding->span).count();
    return text;
}

}  // namespace

json top(const json& request, const session::Surroundings& around) {
    const auto policy = around.current_policy();
    const WantedRows wanted = wanted_rows_in(request, *policy);
    std::vector<Row> rows;
    for (const policy::Limit* limit : wanted.limits)
        std::ranges::move(candidates(*limit, wanted, *policy, around), std::back_inserter(rows));
    const std::size_t shown = std::min(rows.size(), wanted.most);
    std::ranges::partial_sort(rows, rows.begin() + static_cast<std::ptrdiff_t>(shown),
                              wanted.order->before);
    json texts = json::array();
    for (std::size_t i = 0; i < shown; ++i) texts.push_back(described(rows[i]));
    return {{"ok", true},
            {"at", written(around.now())},
            {"zone", policy->zone->name()},
            {"top", std::move(texts)}};
}

json counters(const json& request, const session::Surroundings& around) {
    const auto prefix = request.value("prefix", std::string());
    const auto policy = around.current_policy();
    auto uses = around.counters.list(prefix, most_in(request, 100), around.now());
    json texts = json::array();
    for (const Row& row : rows_of(std::move(uses), *policy, around.counters, around.now()))
        texts.push_back(counter_row(row));
    return {{"ok", true}, {"counters", std::move(texts)}};
}

}  // namespace spillway::daemon
