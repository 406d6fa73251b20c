// spillwayctl rules: what each rule of the running daemon did, and what messages waited for it.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

using Row = std::vector<std::string>;

std::int64_t number(const json& sums, const char* name) {
    return sums.at(name).get<std::int64_t>();
}

std::string text_of(const json& row, const char* name) {
    return shown(row.at(name).get<std::string>());
}

void sort(json& rules, const std::string& by, const std::string& since) {
    const auto more = [&](const char* what) {
        return [&since, what](const json& left, const json& right) {
            return number(left.at(since), what) > number(right.at(since), what);
        };
    };
    const auto begin = rules.begin();
    const auto end = rules.end();
    if (by == "cost") std::stable_sort(begin, end, more("total_ns"));
    if (by == "hits") std::stable_sort(begin, end, more("hits"));
    if (by == "name")
        std::stable_sort(begin, end, [](const json& left, const json& right) {
            return left.at("rule") < right.at("rule");
        });
}

std::int64_t total_of(const json& rows, const std::string& since) {
    return std::accumulate(
        rows.begin(), rows.end(), std::int64_t{0},
        [&](std::int64_t sum, const json& row) { return sum + number(row.at(since), "total_ns"); });
}

// What most rules are is left out.
std::string mode_text(const json& rule) {
    const std::string mode = text_of(rule, "mode");
    return mode == "enforce" ? "" : mode;
}

std::string percent(std::int64_t part, std::int64_t all) {
    return all > 0
               ? fmt::format("{:.1f}%", static_cast<double>(part) * 100 / static_cast<double>(all))
               : "";
}

// Mean, p99 and share; nothing of what no message has met.
void add_times(Row& row, const json& sums, std::int64_t all) {
    const bool any = number(sums, "messages") > 0;
    row.push_back(any ? duration_text(number(sums, "mean_ns")) : "");
    row.push_back(any ? duration_text(number(sums, "p99_ns")) : "");
    row.push_back(any ? percent(number(sums, "total_ns"), all) : "");
}

std::vector<Row> rows_of(const json& reply, const std::string& since) {
    const std::int64_t all =
        total_of(reply.at("rules"), since) + total_of(reply.at("shared"), since);
    std::vector<Row> rows{
        {"rule", "mode", "messages", "hits", "unsure", "budget", "mean", "p99", "share", "where"}};
    for (const json& rule : reply.at("rules")) {
        const json& sums = rule.at(since);
        Row& row = rows.emplace_back(Row{text_of(rule, "rule"), mode_text(rule)});
        for (const char* name : {"messages", "hits", "cannot_tell", "out_of_budget"})
            row.push_back(with_commas(number(sums, name)));
        add_times(row, sums, all);
        row.push_back(text_of(rule, "place"));
    }
    for (const json& work : reply.at("shared")) {
        const json& sums = work.at(since);
        Row& row = rows.emplace_back(Row{fmt::format("({})", text_of(work, "work")), ""});
        row.push_back(with_commas(number(sums, "messages")));
        row.insert(row.end(), 3, "");
        add_times(row, sums, all);
        row.emplace_back("for all rules");
    }
    return rows;
}

// Figures are read from the right.
void align(std::vector<Row>& rows) {
    for (std::size_t column = 2; column < rows.front().size() - 1; ++column) {
        std::size_t width = 0;
        for (const Row& row : rows) width = std::max(width, row[column].size());
        for (Row& row : rows) row[column] = fmt::format("{:>{}}", row[column], width);
    }
}

std::string reasons_of(const json& reply, const std::string& since) {
    std::vector<Row> rows;
    for (const json& rule : reply.at("rules"))
        for (const auto& [why, count] : rule.at(since).at("reasons").items())
            rows.push_back(
                {text_of(rule, "rule"), with_commas(count.get<std::int64_t>()), shown(why)});
    return rows.empty() ? "" : "\ncould not tell\n" + columns(rows, "  ");
}

}  // namespace

int rules(const Common& common, const RulesOptions& options) {
    json reply = ask_and_expect_success(common, {{"verb", "rules"}});
    const std::string since = "since_" + options.since;
    sort(reply.at("rules"), options.sort, since);
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    if (reply.at("rules").empty()) {
        print("no rules\n");
        return succeeded;
    }
    std::vector<Row> rows = rows_of(reply, since);
    align(rows);
    print(columns(rows, "") + reasons_of(reply, since));
    return succeeded;
}

}  // namespace spillway::ctl
