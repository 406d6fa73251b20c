// spillwayctl explain: what the next message of somebody would meet, and why.
#include <fmt/format.h>

#include "ctl/ask.h"
#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string text_of(const json& reply, const char* name) {
    return shown(reply.at(name).get<std::string>());
}

std::string zone_of(const json& reply) { return reply.at("zone").get<std::string>(); }

void add_known(Rows& rows, const json& reply, const char* name) {
    if (std::string text = text_of(reply, name); !text.empty()) rows.push_back({name, text});
}

std::string sender_text(const json& reply) {
    Rows rows;
    for (const char* const name : {"user", "domain", "account", "client", "sender"})
        add_known(rows, reply, name);
    rows.push_back({"times", shown(zone_of(reply))});
    const json& suspended = reply.at("suspended");
    if (!suspended.is_null())
        rows.push_back({"SUSPENDED", fmt::format("{} until {}: {}", text_of(suspended, "who"),
                                                 time_text(suspended.at("until"), zone_of(reply)),
                                                 text_of(suspended, "reason"))});
    return columns(rows, "");
}

std::string percent_text(const json& limit) {
    const json& percent = limit.at("percent");
    return percent.is_null() ? "" : fmt::format("{}%", percent.get<std::int64_t>());
}

// "OVER, room at 14:07" and "frees at 14:07": the first question is always when mail flows again.
std::string when_text(const json& limit, const std::string& zone) {
    if (limit.at("used").is_null()) return "the counters cannot be asked";
    const json& percent = limit.at("percent");
    const bool is_over = !percent.is_null() && percent.get<std::int64_t>() >= 100;
    const std::string room = time_text(limit.at("next_free"), zone);
    if (is_over) return room.empty() ? "OVER" : "OVER, room at " + room;
    const std::string frees = time_text(limit.at("frees"), zone);
    return frees.empty() ? "" : "frees at " + frees;
}

std::string whose(const json& limit) {
    const std::string scope = text_of(limit, "scope");
    return scope == "everything" ? scope : scope + " " + text_of(limit, "who");
}

std::string origin_text(const json& limit) {
    const std::string set_for = text_of(limit, "set_for");
    std::string text = text_of(limit, "rate") + " by the policy";
    if (!set_for.empty())
        text = fmt::format("{} {}, {}", max_text(limit.at("max")),
                           set_for == whose(limit) ? "of its own" : "set for " + set_for, text);
    if (limit.at("conditions").get<bool>()) text += ", for some messages only";
    return text;
}

// Two lines for each limit: the figures in columns, then whose they are and where the maximum
// comes from, which is too long for a column.
std::string limits_text(const json& limits, const std::string& zone) {
    Rows rows{{"limit", "used", "of", "unit", "", ""}};
    for (const json& limit : limits) {
        const json& used = limit.at("used");
        rows.push_back({text_of(limit, "limit"),
                        used.is_null() ? "?" : with_commas(used.get<std::int64_t>()),
                        max_text(limit.at("max")), text_of(limit, "unit"), percent_text(limit),
                        when_text(limit, zone)});
    }
    std::string text;
    const std::string table = columns(rows, "");
    std::size_t begin = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t end = table.find('\n', begin) + 1;
        text += table.substr(begin, end - begin);
        begin = end;
        if (row == 0) continue;
        const json& limit = limits.at(row - 1);
        text += fmt::format("  {}: {}\n", whose(limit), origin_text(limit));
    }
    return text;
}

std::string left_out_text(const json& left_out) {
    std::string text;
    for (const json& one : left_out)
        text += fmt::format("{} is not shown: it {}\n", text_of(one, "limit"), text_of(one, "why"));
    return text;
}

}  // namespace

int explain(const Common& common, const ExplainOptions& options) {
    json request{{"verb", "explain"}, {"user", options.user}, {"ip", options.client_ip}};
    if (options.sender_named) request["mail_from"] = options.sender;
    const json reply = ask_and_expect_success(common, request);
    if (common.json) {
        print(json_text(reply));
        return succeeded;
    }
    print(sender_text(reply) + "\n");
    const json& limits = reply.at("limits");
    print(limits.empty() ? "no limit is asked\n" : limits_text(limits, zone_of(reply)));
    print(left_out_text(reply.at("left_out")));
    return succeeded;
}

}  // namespace spillway::ctl
