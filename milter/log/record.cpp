#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <date/date.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log/inert.h"
#include "log/log.h"
#include "policy/variants.h"
#include "policy/words.h"

namespace spillway::log {
namespace {

using Json = nlohmann::ordered_json;

// The fields of a line in order; both forms are made of them. A name may come more than once.
struct Field {
    std::string name;
    Json value;
    std::string plain;  // where key=value says it shorter than JSON
};
using Fields = std::vector<Field>;

void add(Fields& fields, const char* name, std::string_view value) {
    if (value.empty()) return;
    std::string kept(shortened(value));
    if (kept.size() < value.size()) kept += "...";
    fields.push_back({name, kept, inert(value)});
}

void add(Fields& fields, const char* name, std::uint64_t value) {
    fields.push_back({name, value, fmt::to_string(value)});
}

std::string text_of(const policy::Reply& reply) {
    return fmt::format("{} {} {}", reply.code, reply.enhanced, reply.text);
}

void add_who(Fields& fields, const MessageRecord& record) {
    const policy::Message& message = record.message;
    add(fields, "user", record.identity.user);
    add(fields, "account", record.identity.account);
    add(fields, "domain", record.identity.domain);
    add(fields, "client", message.client.ip ? message.client.ip->text() : "");
    if (message.client.local_submission) add(fields, "local", "yes");
    add(fields, "sender", message.sender.empty() ? "<>" : message.sender.text());
    if (record.stage == policy::Stage::recipient && !message.recipients.empty())
        add(fields, "recipient", message.recipients.back().address.text());
    else
        add(fields, "recipients", message.recipients.size());
}

// What the sender was told, or why the message is held.
void add_answer(Fields& fields, const policy::Verdict& verdict) {
    if (const auto* reject = std::get_if<policy::Reject>(&verdict))
        add(fields, "reply", text_of(reject->reply));
    else if (const auto* defer = std::get_if<policy::Defer>(&verdict))
        add(fields, "reply", text_of(defer->reply));
    else if (const auto* held = std::get_if<policy::Quarantine>(&verdict))
        add(fields, "reason", held->reason);
}

struct Use {
    Json json;
    std::string text;  // "40/500" or "unavailable"
};

Use use_of(const policy::LimitReport& report) {
    const auto stands = [](const char* state, std::int64_t used, std::int64_t max) -> Use {
        Json json{{"state", state}, {"used", used}, {"max", max}};
        if (max == limits::unlimited) json["max"] = "unlimited";
        return {std::move(json), fmt::format("{}/{}", used, policy::in_words(max))};
    };
    return std::visit(
        Overloaded{
            [&](const limits::Granted& g) { return stands("granted", g.used, g.max); },
            [&](const limits::Exceeded& e) { return stands("exceeded", e.used, e.max); },
            [](const limits::Unavailable& silent) {
                return Use{{{"state", "unavailable"}, {"why", silent.why}}, "unavailable"};
            },
            [](const limits::NotAsked&) {
                return Use{{{"state", "not-asked"}}, "not-asked"};
            },
        },
        report.answer);
}

void add_limit(Fields& fields, const policy::LimitReport& report) {
    const Use use = use_of(report);
    Json json{{"name", report.limit}, {"key", report.key}, {"cost", report.cost}};
    json.update(use.json);
    fields.push_back({"limit", json, inert(fmt::format("{}:{}", report.limit, use.text))});
}

// Rules that would have acted, rules that could not tell, and what was found, masked. Why not is a
// phrase of our own, never the message's.
void add_rule(Fields& fields, const policy::RuleReport& report) {
    if (report.matched == match::Match::cannot_tell)
        fields.push_back({"unsure", Json{{"rule", report.rule}, {"why", shortened(report.note)}},
                          inert(fmt::format("{}: {}", report.rule, report.note))});
    else if (report.mode == policy::Mode::audit && report.matched == match::Match::yes)
        fields.push_back({"audit", report.rule, inert(report.rule)});
    for (const auto& find : report.finds)
        fields.push_back({"found", Json{{"rule", report.rule}, {"what", shortened(find)}},
                          inert(fmt::format("{}: {}", report.rule, find))});
}

// Why not is a phrase of our own, and so are the numbers of parts.
void add_footer(Fields& fields, const policy::FooterReport& report) {
    const char* const fate = policy::name_of(report.fate);
    fields.push_back({"footer",
                      Json{{"name", report.footer}, {"fate", fate}, {"note", report.note}},
                      inert(fmt::format("{}:{}", report.footer, fate))});
}

// Where it went besides, or instead; in an archive it may be although it was deferred in the end.
void add_copies(Fields& fields, const MessageRecord& record) {
    const policy::Decision& decision = *record.decision;
    if (policy::may_leave(record.verdict)) {
        for (const auto& copy : decision.copies) add(fields, "copy", copy);
        for (const auto& auditor : decision.redirected_to) add(fields, "redirect", auditor);
    }
    for (const auto& kept : decision.archived) add(fields, "archived", kept);
}

void add_suspension(Fields& fields, const limits::Suspension& suspension) {
    const char* const whom = policy::name_of(suspension.suspect.whom);
    const std::string& who = suspension.suspect.who;
    const auto until = std::chrono::floor<std::chrono::seconds>(suspension.until);
    fields.push_back({"suspended",
                      Json{{"whom", whom},
                           {"who", shortened(who)},
                           {"until", date::format("%FT%TZ", until)},
                           {"reason", suspension.reason}},
                      inert(fmt::format("{} {}", whom, who))});
}

Fields fields_of(const MessageRecord& record) {
    Fields fields;
    const auto& id = record.message.queue_id;
    add(fields, "queue-id", id.empty() ? "NOQUEUE" : id);
    add(fields, "verdict", policy::name_of(record.verdict));
    add(fields, "by", record.decided_by);
    if (record.stage != policy::Stage::message) add(fields, "stage", policy::name_of(record.stage));
    add_who(fields, record);
    if (record.stage == policy::Stage::message && record.message.size_known)
        add(fields, "size", record.message.size);
    add_answer(fields, record.verdict);
    if (record.decision != nullptr) {
        for (const auto& limit : record.decision->limits) add_limit(fields, limit);
        for (const auto& tag : record.decision->tags) fields.push_back({"tag", tag, inert(tag)});
        for (const auto& rule : record.decision->rules) add_rule(fields, rule);
        for (const auto& footer : record.decision->footers) add_footer(fields, footer);
        add_copies(fields, record);
        if (const auto size = record.decision->mailing_size)
            add(fields, "mailing", static_cast<std::uint64_t>(*size));
    }
    for (const auto& suspension : record.suspended) add_suspension(fields, suspension);
    add(fields, "micros", static_cast<std::uint64_t>(record.spent.count()));
    return fields;
}

bool is_list(const std::string& name) {
    constexpr std::string_view lists[] = {"limit",     "tag",    "audit", "unsure",   "found",
                                          "suspended", "footer", "copy",  "redirect", "archived"};
    return std::ranges::find(lists, name) != std::end(lists);
}

}  // namespace

std::string plain_line(const MessageRecord& record) {
    std::string line;
    for (const Field& field : fields_of(record))
        line += fmt::format("{}{}={}", line.empty() ? "" : " ", field.name, field.plain);
    return line;
}

// Non-ASCII is escaped and invalid UTF-8 replaced, so that any reader takes the line.
std::string json_line(const MessageRecord& record) {
    Json json{{"time", date::format("%FT%TZ", record.message.received)}};
    for (const Field& field : fields_of(record)) {
        if (is_list(field.name))
            json[field.name].push_back(field.value);
        else
            json[field.name] = field.value;
    }
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace spillway::log
