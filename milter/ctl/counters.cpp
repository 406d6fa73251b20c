// spillwayctl counters: who has used how much, and giving somebody a fresh start.
#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

// Counters whose limit is no longer in the policy have no maximum to be held against.
std::vector<std::string> row_of(const json& counter) {
    const auto used = counter.at("used").get<std::int64_t>();
    const std::string key = shown(counter.at("key").get<std::string>());
    if (!counter.contains("max")) return {key, with_commas(used), "", "no such limit now"};
    const json& max = counter.at("max");
    if (max.is_null()) return {key, with_commas(used), "", "cannot be asked"};
    const std::string of = fmt::format("of {}{}", max_text(max), in_window(counter.at("window")));
    if (!max.is_number()) return {key, with_commas(used), of};
    const auto most = max.get<std::int64_t>();
    const std::int64_t percent = most > 0 ? used * 100 / most : 100;
    return {key, with_commas(used), of,
            fmt::format("{}%{}", percent, used >= most ? "  FULL" : "")};
}

}  // namespace

int counters(const Common& common, const CountersOptions& options) {
    const json reply = ask_and_expect_success(
        common, {{"verb", "counters"}, {"prefix", options.prefix}, {"most", options.most}});
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    std::vector<std::vector<std::string>> rows;
    for (const json& counter : reply.at("counters")) rows.push_back(row_of(counter));
    print(rows.empty() ? "nothing is counted under this name\n" : columns(rows, ""));
    if (rows.size() == options.most) {
        print(fmt::format("the first {}; more with --most\n", options.most));
    }
    return succeeded;
}

int reset_counter(const Common& common, const std::string& key) {
    const json reply = ask_and_expect_success(common, {{"verb", "reset"}, {"key", key}});
    if (common.json) {
        print(json_text(reply));
    } else {
        print(fmt::format("{} starts from zero\n", shown(key)));
    }
    return succeeded;
}

}  // namespace spillway::ctl
