// The verb of the control socket that tells what rules did and took.
#include "daemon/limit_verbs.h"

namespace spillway::daemon {

using nlohmann::json;

namespace {

json times_of(const log::Durations& took) {
    return {{"messages", took.count()},
            {"mean_ns", took.mean().count()},
            {"p99_ns", took.quantile(0.99).count()},
            {"total_ns", took.sum.count()}};
}

json sums_of(const log::RuleSums& sums) {
    json row = times_of(sums.took);
    row["hits"] = sums.hits;
    row["cannot_tell"] = sums.times_unsure();
    row["out_of_budget"] = sums.times_out_of_budget();
    row["reasons"] = sums.unsure;
    return row;
}

}  // namespace

json rules(const json&, const session::Surroundings& around) {
    const log::RuleTalliesReport report = around.metrics.rules().report();
    json reply{{"ok", true}, {"rules", json::array()}, {"shared", json::array()}};
    for (const log::RuleTally& one : report.rules)
        reply["rules"].push_back({{"rule", one.rule},
                                  {"mode", policy::name_of(one.mode)},
                                  {"place", one.place},
                                  {"since_start", sums_of(one.since_start)},
                                  {"since_reload", sums_of(one.since_reload)}});
    for (const log::RuleTally& one : report.shared)
        reply["shared"].push_back({{"work", one.rule},
                                   {"since_start", times_of(one.since_start.took)},
                                   {"since_reload", times_of(one.since_reload.took)}});
    return reply;
}

}  // namespace spillway::daemon
