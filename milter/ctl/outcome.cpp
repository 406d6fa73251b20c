#include "ctl/outcome.h"

#include <algorithm>

#include <fmt/format.h>

#include "ctl/body_change.h"
#include "ctl/console.h"
#include "policy/words.h"

namespace spillway::ctl {

using Rows = std::vector<std::vector<std::string>>;

namespace {

constexpr std::size_t most_recipients_shown = 5;

std::string or_else(const std::string& text, const char* otherwise) {
    return text.empty() ? otherwise : shown(text);
}

std::string client_text(const policy::Client& client) {
    std::string text = client.ip ? client.ip->text() : "unknown";
    return client.local_submission ? text + ", local submission" : text;
}

std::string recipients_text(const std::vector<policy::Recipient>& recipients) {
    std::vector<std::string> texts;
    for (const policy::Recipient& recipient : recipients) {
        if (texts.size() == most_recipients_shown) break;
        texts.push_back(shown(recipient.address.text()));
    }
    std::string text = fmt::format("{}", fmt::join(texts, ", "));
    if (recipients.size() > texts.size()) {
        const auto more = static_cast<std::int64_t>(recipients.size() - texts.size());
        text += fmt::format(" and {} more", with_commas(more));
    }
    return text;
}

std::string facts(const Outcome& outcome) {
    const policy::Message& message = outcome.message;
    const policy::Identity& identity = outcome.identity;
    return columns(
        {{"message", fmt::format("{}, {}", shown(outcome.file),
                                 counted(static_cast<std::int64_t>(message.size), "byte"))},
         {"at", policy::local_time(message.received, *outcome.policy.zone)},
         {"client", client_text(message.client)},
         {"login", or_else(identity.user, "none")},
         {"domain", or_else(identity.domain, "none")},
         {"account", or_else(identity.account, "none")},
         {"sender", or_else(message.sender.text(), "<>")},
         {"recipients", recipients_text(message.recipients)}},
        "");
}

std::string shouted(std::string text) {
    for (char& letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return text;
}

std::string verdict(const policy::Rehearsal& rehearsal) {
    const policy::Decision& decision = rehearsal.decision;
    std::string text = shouted(policy::name_of(decision.verdict));
    if (!decision.decided_by.empty()) text += fmt::format("  by {}", decision.decided_by);
    if (rehearsal.stage != policy::Stage::message) {
        text += fmt::format(", at the {} stage", policy::name_of(rehearsal.stage));
    }
    text += "\n";
    if (const policy::Reply* reply = reply_of(decision.verdict)) {
        text += fmt::format("  {}\n", shown(reply_text(*reply)));
    }
    if (const auto* held = std::get_if<policy::Quarantine>(&decision.verdict)) {
        text += fmt::format("  {}\n", shown(held->reason));
    }
    return text;
}

const char* word_of(match::Match match) {
    switch (match) {
        case match::Match::no:
            return "no";
        case match::Match::yes:
            return "MATCH";
        case match::Match::cannot_tell:
            return "CANNOT TELL";
    }
    return "";
}

std::vector<std::string> row_of(const policy::RuleReport& report) {
    std::string note = shown(report.note);
    for (const std::string& find : report.finds) note += (note.empty() ? "" : "; ") + shown(find);
    if (report.mode == policy::Mode::audit) {
        note += note.empty() ? "audit only" : "; audit only";
    }
    return {report.rule, word_of(report.matched), note};
}

// Where the maximum is not the limit's own, and what people are told of the use.
std::string remarks(const std::string& plan, const std::vector<int>& crossed) {
    std::string text;
    if (!plan.empty()) text += fmt::format("; plan {}", shown(plan));
    if (!crossed.empty()) text += fmt::format("; notice at {}%", fmt::join(crossed, "%, "));
    return text;
}

// All limits of a message are charged together or none is.
std::vector<std::string> row_of(const policy::LimitReport& report, const Outcome& outcome,
                                bool charged) {
    std::string use;
    std::string note;
    if (const auto* granted = std::get_if<limits::Granted>(&report.answer)) {
        use = fmt::format("{} of {}", with_commas(granted->used), max_text(granted->max));
        note = charged ? fmt::format("this message counts {}", with_commas(report.cost))
                       : fmt::format("room for {}, nothing counted", with_commas(report.cost));
        note += remarks(granted->plan, granted->crossed);
    } else if (const auto* exceeded = std::get_if<limits::Exceeded>(&report.answer)) {
        use = fmt::format("{} of {}", with_commas(exceeded->used), max_text(exceeded->max));
        note = fmt::format(
            "OVER: this message needs {}, {}", with_commas(report.cost),
            exceeded->next_free
                ? "room at " + policy::awaited_time(*exceeded->next_free, outcome.message.received,
                                                    *outcome.policy.zone)
                : "which never fits");
        note += remarks(exceeded->plan, exceeded->crossed);
    } else if (std::holds_alternative<limits::NotAsked>(report.answer)) {
        note = "not asked";
    } else {
        use = "unknown";
        note = "counter not available";
    }
    return {report.limit, use, note, shown(report.key)};
}

// The excerpt stands last: its width says nothing about the columns of others.
Rows hit_rows(const std::vector<policy::Hit>& hits) {
    Rows rows;
    for (const policy::Hit& hit : hits) {
        const std::string times =
            fmt::format("{}{}x", hit.more ? "at least " : "", with_commas(hit.occurrences));
        rows.push_back({hit.rule, times, shown(hit.what), shown(hit.field), place_text(hit),
                        shown(hit.excerpt)});
    }
    return rows;
}

Rows suspension_rows(const policy::Rehearsal& rehearsal, const date::time_zone& zone) {
    Rows rows;
    for (const limits::Suspension& one : rehearsal.suspended) {
        rows.push_back({policy::name_of(one.suspect.whom), shown(one.suspect.who),
                        "until " + policy::local_time(one.until, zone), one.reason});
    }
    for (const policy::SuspendOrder& order : rehearsal.decision.suspend) {
        const limits::Suspect& suspect = order.suspension.suspect;
        const bool done =
            std::ranges::find(rehearsal.suspended, suspect, &limits::Suspension::suspect) !=
            rehearsal.suspended.end();
        if (done) continue;
        rows.push_back({policy::name_of(suspect.whom), shown(suspect.who),
                        "not yet: a strike is counted", order.suspension.reason});
    }
    return rows;
}

std::string row_text(const policy::Edit& edit) {
    if (const auto* added = std::get_if<policy::AddHeader>(&edit)) {
        return fmt::format("+ {}: {}", added->name, shown(added->value));
    }
    if (const auto* replaced = std::get_if<policy::ReplaceHeader>(&edit)) {
        return fmt::format("= {}: {}", replaced->name, shown(replaced->value));
    }
    if (const auto* copy = std::get_if<policy::AddRecipient>(&edit))
        return fmt::format("+ recipient {}{}", shown(copy->address), copy->silent ? " (copy)" : "");
    if (const auto* gone = std::get_if<policy::RemoveRecipient>(&edit))
        return fmt::format("- recipient {}", shown(gone->argument));
    const auto& removed = std::get<policy::RemoveHeader>(edit);
    return fmt::format("- {} (number {})", removed.name, removed.nth);
}

// Other messages go no further, so nothing is edited.
bool leaves_or_is_held(const policy::Verdict& verdict) {
    return std::holds_alternative<policy::Accept>(verdict) ||
           std::holds_alternative<policy::Quarantine>(verdict);
}

std::string section(const char* title, const Rows& rows) {
    if (rows.empty()) return "";
    return fmt::format("\n{}\n{}", title, columns(rows, "  "));
}

}  // namespace

const policy::Reply* reply_of(const policy::Verdict& verdict) {
    if (const auto* reject = std::get_if<policy::Reject>(&verdict)) return &reject->reply;
    if (const auto* defer = std::get_if<policy::Defer>(&verdict)) return &defer->reply;
    return nullptr;
}

std::string reply_text(const policy::Reply& reply) {
    return fmt::format("{} {} {}", reply.code, reply.enhanced, reply.text);
}

std::string place_text(const policy::Hit& hit) {
    const std::string part = hit.part.empty() ? "" : "part " + hit.part;
    if (hit.file.empty()) return part;
    return part + (part.empty() ? "" : ", ") + shown(hit.file);
}

std::string text_of(const Outcome& outcome) {
    const policy::Decision& decision = outcome.rehearsal.decision;
    const bool charged = std::ranges::all_of(decision.limits, [](const auto& report) {
        return std::holds_alternative<limits::Granted>(report.answer);
    });
    Rows refused_alone, rules, limits, edits, footers, body;
    for (const policy::RefusedRecipient& one : outcome.rehearsal.refused) {
        const policy::Reply* reply = reply_of(one.refusal.verdict);
        refused_alone.push_back({shown(one.address.text()), one.refusal.decided_by,
                                 reply == nullptr ? "" : shown(reply_text(*reply))});
    }
    for (const policy::RuleReport& report : outcome.rehearsal.rules)
        rules.push_back(row_of(report));
    for (const policy::LimitReport& report : decision.limits) {
        limits.push_back(row_of(report, outcome, charged));
    }
    if (leaves_or_is_held(decision.verdict)) {
        for (const policy::Edit& edit : decision.edits) edits.push_back({row_text(edit)});
        if (decision.body)
            for (std::string& line : body_change(outcome.message.bytes, *decision.body))
                body.push_back({std::move(line)});
    }
    for (const policy::FooterReport& report : decision.footers)
        footers.push_back({report.footer, policy::name_of(report.fate), report.note});
    std::string text = facts(outcome) + "\n" + verdict(outcome.rehearsal);
    text += section("recipients refused alone", refused_alone);
    text += section("rules", rules);
    text += section("found", hit_rows(outcome.rehearsal.hits));
    text += section("limits", limits);
    text += section("footers", footers);
    text += section("edits", edits);
    text += section("body", body);
    if (leaves_or_is_held(decision.verdict) && !decision.archives.empty())
        text += fmt::format("\narchives  {}\n", fmt::join(decision.archives, ", "));
    text += section("suspended", suspension_rows(outcome.rehearsal, *outcome.policy.zone));
    if (decision.mailing_size) {
        text += fmt::format("\ncampaign  {}\n", counted(*decision.mailing_size, "recipient"));
    }
    if (!decision.tags.empty()) {
        text += fmt::format("\ntags  {}\n", fmt::join(decision.tags, ", "));
    }
    return text;
}

}  // namespace spillway::ctl
