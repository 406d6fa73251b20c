// spillwayctl status: what runs, under which policy, and whether anything is wrong.
#include <fmt/format.h>
#include "ctl/ask.h"

#include "ctl/console.h"
#include "ctl/verbs.h"

namespace spillway::ctl {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

namespace {

std::string text_of(const json& value) { return shown(value.get<std::string>()); }

std::string joined(const json& texts) {
    return fmt::format("{}", fmt::join(texts.get<std::vector<std::string>>(), ", "));
}

std::string uptime_text(std::int64_t seconds) {
    if (seconds < 120) return counted(seconds, "second");
    if (seconds < 2 * 3600) return counted(seconds / 60, "minute");
    if (seconds < 2 * 86400) return counted(seconds / 3600, "hour");
    return counted(seconds / 86400, "day");
}

std::string policy_text(const json& reply) {
    const json& folders = reply.at("folders");
    return fmt::format("generation {} of {}: {}, {}, {} passed{}",
                       reply.at("generation").get<int>(), text_of(reply.at("loaded_at")),
                       counted(reply.at("rules"), "rule"), counted(reply.at("limits"), "limit"),
                       counted(reply.at("tests_passed"), "test"),
                       folders == 0 ? "" : ", " + counted(folders, "folder"));
}

void add_saving(Rows& rows, const json& file) {
    if (file.is_null()) return;
    const json& saved_at = file.at("saved_at");
    std::string text = saved_at.is_null() ? "not yet" : text_of(saved_at);
    if (file.at("unsaved_changes").get<bool>()) text += ", and a kill would lose newer counts";
    rows.push_back({"saved", fmt::format("{} in {}", text, text_of(file.at("file")))});
    const std::string trouble = text_of(file.at("trouble"));
    if (!trouble.empty()) rows.push_back({"TROUBLE", "counters are not being saved: " + trouble});
}

// Whoever wonders why mail is slow need not look further.
void add_costliest(Rows& rows, const json& rule) {
    if (rule.is_null()) return;
    rows.push_back(
        {"costliest",
         fmt::format("rule {}: {} a message, p99 {}, {}% of all rules", text_of(rule.at("rule")),
                     duration_text(rule.at("mean_ns")), duration_text(rule.at("p99_ns")),
                     rule.at("percent").get<std::int64_t>())});
}

void add_failed_reload(Rows& rows, const json& failed) {
    if (failed.is_null()) return;
    rows.push_back({"TROUBLE", fmt::format("reload refused at {}:", text_of(failed.at("at")))});
    for (const json& mistake : failed.at("mistakes")) rows.push_back({"", text_of(mistake)});
}

Rows rows_of(const json& reply) {
    Rows rows{{"spillwayd",
               fmt::format("{}, process {}, up {}", text_of(reply.at("version")),
                           reply.at("pid").get<int>(), uptime_text(reply.at("uptime_seconds")))},
              {"listens", text_of(reply.at("listen"))},
              {"config", text_of(reply.at("config"))},
              {"policy", policy_text(reply)},
              {"counters", text_of(reply.at("counters"))}};
    add_costliest(rows, reply.at("costliest_rule"));
    add_saving(rows, reply.at("counts_file"));
    if (!reply.at("waiting_for_restart").empty()) {
        rows.push_back({"restart", "needed for " + joined(reply.at("waiting_for_restart"))});
    }
    add_failed_reload(rows, reply.at("failed_reload"));
    for (const json& folder : reply.at("faulty_folders"))
        rows.push_back({"TROUBLE", text_of(folder)});
    return rows;
}

}  // namespace

int status(const Common& common) {
    const json reply = ask_and_expect_success(common, {{"verb", "status"}});
    print(common.json ? json_text(reply) : columns(rows_of(reply), ""));
    return succeeded;
}

}  // namespace spillway::ctl
