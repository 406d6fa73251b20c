#include "ctl/outcome.h"

#include "policy/words.h"

namespace spillway::ctl {

using nlohmann::json;

namespace {

json json_of(const policy::Reply* reply) {
    if (reply == nullptr) return nullptr;
    return {{"code", reply->code}, {"enhanced", reply->enhanced}, {"text", reply->text}};
}

json quarantine_reason(const policy::Verdict& verdict) {
    const auto* held = std::get_if<policy::Quarantine>(&verdict);
    return held == nullptr ? json(nullptr) : json(held->reason);
}

const char* word_of(match::Match match) {
    switch (match) {
        case match::Match::no:
            return "no";
        case match::Match::yes:
            return "yes";
        case match::Match::cannot_tell:
            return "cannot-tell";
    }
    return "";
}

json json_of(const policy::RuleReport& report) {
    return {{"rule", report.rule},
            {"matched", word_of(report.matched)},
            {"audit", report.mode == policy::Mode::audit},
            {"note", report.note},
            {"found", report.finds}};
}

json json_of_max(std::int64_t max) {
    return max == limits::unlimited ? json("unlimited") : json(max);
}

// Both only where there is something to tell.
void add_remarks(json& row, const std::string& plan, const std::vector<int>& crossed) {
    if (!plan.empty()) row["plan"] = plan;
    if (!crossed.empty()) row["crossed"] = crossed;
}

json json_of(const policy::LimitReport& report) {
    json row{{"limit", report.limit}, {"key", report.key}, {"cost", report.cost}};
    if (const auto* granted = std::get_if<limits::Granted>(&report.answer)) {
        row["answer"] = "granted";
        row["used"] = granted->used;
        row["max"] = json_of_max(granted->max);
        add_remarks(row, granted->plan, granted->crossed);
    } else if (const auto* exceeded = std::get_if<limits::Exceeded>(&report.answer)) {
        row["answer"] = "exceeded";
        row["used"] = exceeded->used;
        row["max"] = json_of_max(exceeded->max);
        row["next_free_ms"] = exceeded->next_free
                                  ? json(exceeded->next_free->time_since_epoch().count())
                                  : json(nullptr);
        add_remarks(row, exceeded->plan, exceeded->crossed);
    } else if (std::holds_alternative<limits::NotAsked>(report.answer)) {
        row["answer"] = "not-asked";
    } else {
        row["answer"] = "unavailable";
    }
    return row;
}

json json_of(const limits::Suspension& one) {
    return {{"whom", policy::name_of(one.suspect.whom)},
            {"who", one.suspect.who},
            {"until_ms", one.until.time_since_epoch().count()},
            {"reason", one.reason}};
}

json json_of(const policy::Edit& edit) {
    if (const auto* added = std::get_if<policy::AddHeader>(&edit)) {
        return {{"edit", "add-header"}, {"name", added->name}, {"value", added->value}};
    }
    if (const auto* replaced = std::get_if<policy::ReplaceHeader>(&edit)) {
        return {{"edit", "replace-header"}, {"name", replaced->name}, {"value", replaced->value}};
    }
    if (const auto* copy = std::get_if<policy::AddRecipient>(&edit)) {
        return {{"edit", "add-recipient"}, {"address", copy->address}, {"silent", copy->silent}};
    }
    if (const auto* gone = std::get_if<policy::RemoveRecipient>(&edit)) {
        return {{"edit", "remove-recipient"}, {"address", gone->argument}};
    }
    const auto& removed = std::get<policy::RemoveHeader>(edit);
    return {{"edit", "remove-header"}, {"name", removed.name}, {"nth", removed.nth}};
}

json json_of(const policy::Hit& hit) {
    return {{"rule", hit.rule}, {"field", hit.field},    {"what", hit.what},
            {"part", hit.part}, {"file", hit.file},      {"occurrences", hit.occurrences},
            {"more", hit.more}, {"excerpt", hit.excerpt}};
}

json json_of(const policy::FooterReport& report) {
    return {
        {"footer", report.footer}, {"fate", policy::name_of(report.fate)}, {"note", report.note}};
}

json json_of(const policy::RefusedRecipient& one) {
    return {{"recipient", one.address.text()},
            {"verdict", policy::name_of(one.refusal.verdict)},
            {"decided_by", one.refusal.decided_by},
            {"reply", json_of(reply_of(one.refusal.verdict))}};
}

template <typename T>
json array_of(const std::vector<T>& items) {
    json array = json::array();
    for (const T& item : items) array.push_back(json_of(item));
    return array;
}

}  // namespace

json json_of_hits(const std::vector<policy::Hit>& hits) { return array_of(hits); }

json json_of(const Outcome& outcome) {
    const policy::Decision& decision = outcome.rehearsal.decision;
    return {{"verdict", policy::name_of(decision.verdict)},
            {"decided_by", decision.decided_by},
            {"stage", policy::name_of(outcome.rehearsal.stage)},
            {"reply", json_of(reply_of(decision.verdict))},
            {"reason", quarantine_reason(decision.verdict)},
            {"user", outcome.identity.user},
            {"domain", outcome.identity.domain},
            {"account", outcome.identity.account},
            {"sender", outcome.message.sender.text()},
            {"refused_recipients", array_of(outcome.rehearsal.refused)},
            {"rules", array_of(outcome.rehearsal.rules)},
            {"hits", array_of(outcome.rehearsal.hits)},
            {"limits", array_of(decision.limits)},
            {"edits", array_of(decision.edits)},
            {"footers", array_of(decision.footers)},
            {"suspended", array_of(outcome.rehearsal.suspended)},
            {"mailing_size", decision.mailing_size ? json(*decision.mailing_size) : json(nullptr)},
            {"copies", decision.copies},
            {"redirected_to", decision.redirected_to},
            {"archives", decision.archives},
            {"tags", decision.tags}};
}

}  // namespace spillway::ctl
