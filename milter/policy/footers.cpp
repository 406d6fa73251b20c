#include "policy/footers.h"

#include <algorithm>

#include <fmt/format.h>

#include "mail/edit_footer.h"
#include "mail/edit_html.h"
#include "mail/header.h"
#include "mail/utf8.h"
#include "policy/reply.h"

namespace spillway::policy {
namespace {

constexpr std::size_t longest_filled = 200;

// One line of UTF-8 without controls: what a sender chooses never ends a line of the footer.
std::string line_of(std::string_view value) {
    std::string line = mail::repaired_utf8(mail::utf8_prefix(value, longest_filled));
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return line;
}

mail::Footer filled(const AskedFooter& asked) {
    const FooterForm& form = *asked.form;
    mail::Footer footer;
    footer.before_quote = form.before_quote;
    footer.once = form.once;
    if (form.text) footer.text = form.text->fill(asked.values, line_of);
    if (form.html)
        footer.html = form.html->fill(asked.values, [](std::string_view value) {
            return mail::html_of_plain(line_of(value));
        });
    return footer;
}

std::vector<AskedFooter> each_once(const std::vector<AskedFooter>& asked) {
    std::vector<AskedFooter> once;
    for (const AskedFooter& one : asked)
        if (std::ranges::find(once, one.form, &AskedFooter::form) == once.end())
            once.push_back(one);
    return once;
}

template <typename Kind>
bool has_edit(const Decision& decision, std::string_view name) {
    return std::ranges::any_of(decision.edits, [&](const Edit& edit) {
        const auto* one = std::get_if<Kind>(&edit);
        return one != nullptr && mail::names_equal(one->name, name);
    });
}

// How many fields of this name the message has left.
int count_left(std::string_view name, const Message& message, const Decision& decision) {
    // Rules remove all fields of a name, but for the first one where they say what it becomes.
    if (has_edit<ReplaceHeader>(decision, name)) return 1;
    if (has_edit<RemoveHeader>(decision, name)) return 0;
    return static_cast<int>(std::ranges::count_if(message.headers, [&](const mail::Header& header) {
        return mail::names_equal(header.name, name);
    }));
}

// Removals first, the last field first: numbers count from the first field on.
void change_fields(const std::vector<mail::FieldChange>& changes, const Message& message,
                   Decision& decision) {
    for (const mail::FieldChange& change : changes) {
        const int count = count_left(change.name, message, decision);
        for (int nth = count; nth > (change.value ? 1 : 0); --nth)
            decision.edits.push_back(RemoveHeader{change.name, nth});
        if (change.value && count == 0)
            decision.edits.push_back(AddHeader{change.name, *change.value});
        else if (change.value)
            decision.edits.push_back(ReplaceHeader{change.name, *change.value});
    }
}

void apply(const mail::MessageEdit& edit, const Message& message, Decision& decision) {
    if (!edit.body.changes.empty()) decision.body = edit.body;
    change_fields(edit.fields, message, decision);
}

void report_inserted(const std::vector<AskedFooter>& asked, const mail::InsertedFooters& done,
                     Decision& decision) {
    const std::string parts = fmt::format("part {}", fmt::join(done.parts, ", "));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const bool inserted = done.inserted[i];
        decision.footers.push_back({asked[i].form->name,
                                    inserted ? FooterFate::inserted : FooterFate::present,
                                    inserted ? parts : ""});
    }
}

Verdict refusal_for(const AskedFooter& asked, const std::string& why) {
    return Reject{own_reply(550, "5.7.1",
                            fmt::format("A notice has to stand in this message, but cannot be put "
                                        "in: {}; send it in another form",
                                        why),
                            asked.by)};
}

FooterFate fate_of(Otherwise otherwise) {
    switch (otherwise) {
        case Otherwise::attach:
            return FooterFate::attached;
        case Otherwise::skip:
            return FooterFate::skipped;
        case Otherwise::reject:
            return FooterFate::refused;
    }
    return FooterFate::skipped;
}

// Each as it says for itself; those to be attached make one part.
void fall_back(const std::vector<AskedFooter>& asked, const std::vector<mail::Footer>& footers,
               const std::string& why, const Message& message, Decision& decision) {
    std::vector<mail::Footer> to_attach;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const FooterFate fate = fate_of(asked[i].form->otherwise);
        decision.footers.push_back({asked[i].form->name, fate, why});
        if (fate == FooterFate::attached) to_attach.push_back(footers[i]);
        if (fate == FooterFate::refused && may_leave(decision.verdict)) {
            decision.verdict = refusal_for(asked[i], why);
            decision.decided_by = asked[i].by;
        }
    }
    if (to_attach.empty() || !may_leave(decision.verdict)) return;
    const auto edit = mail::attach_footers(message.bytes, to_attach, message.headers.size());
    if (edit) return apply(*edit, message, decision);
    for (FooterReport& report : decision.footers)
        if (report.fate == FooterFate::attached) report.fate = FooterFate::skipped;
}

}  // namespace

void add_footers(const std::vector<AskedFooter>& asked, const Message& message,
                 Decision& decision) {
    if (asked.empty() || !may_leave(decision.verdict)) return;
    const std::vector<AskedFooter> once = each_once(asked);
    std::vector<mail::Footer> footers;
    for (const AskedFooter& one : once) footers.push_back(filled(one));
    const auto done = mail::insert_footers(message.bytes, footers, message.headers.size());
    if (!done) return fall_back(once, footers, done.error(), message, decision);
    report_inserted(once, *done, decision);
    apply(done->edit, message, decision);
}

}  // namespace spillway::policy
