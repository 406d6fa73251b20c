#include "policy/rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/reply.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

using match::Match;

bool accepts(const Rule& rule) { return std::holds_alternative<AcceptAction>(rule.actions.back()); }

std::string whom(const Binding& binding) {
    std::string out;
    if (binding.author) {
        const std::string author = binding.author->text();
        out = fmt::format("from {}", author.empty() ? "(unreadable)" : author);
    }
    if (binding.recipient) {
        out += fmt::format("{}rcpt {}", out.empty() ? "" : ", ", binding.recipient->text());
    }
    return out;
}

// Every pair of author and recipient the rule is to be asked for.
std::vector<Binding> bindings_of(const Rule& rule, Facts& facts) {
    std::vector<Binding> authors{{}};
    if (rule.asks_from) {
        authors.clear();
        for (const auto& author : facts.authors()) authors.push_back({&author, nullptr});
    }
    if (!rule.asks_rcpt) return authors;
    std::vector<Binding> pairs;
    for (const auto& recipient : facts.message().recipients) {
        for (Binding binding : authors) {
            binding.recipient = &recipient.address;
            pairs.push_back(binding);
        }
    }
    return pairs;
}

Firing firing_among(const Rule& rule, Facts& facts, const std::vector<Binding>& bindings) {
    const Match decisive = accepts(rule) ? Match::no : Match::yes;
    Firing firing{bindings.empty() ? Match::no : !decisive, ""};
    for (const Binding& binding : bindings) {
        const Match one = applies(rule.when, rule.unless, facts, binding);
        if (one == decisive) return {one, whom(binding)};
        if (one == Match::cannot_tell) firing = {one, whom(binding)};
    }
    return firing;
}

Variables variables_for(const Rule& rule, const Facts& facts) {
    Variables values = variables_of(facts.message(), facts.identity());
    values[static_cast<std::size_t>(Variable::rule)] = rule.name;
    return values;
}

// For rules that refuse, which are all that act before the end of the message.
Refusal refusal_of(const Rule& rule, const Facts& facts) {
    const std::string by = "rule " + rule.name;
    const Variables values = variables_for(rule, facts);
    const Action& terminal = rule.actions.back();
    if (const auto* reject = std::get_if<RejectAction>(&terminal)) {
        return {Reject{filled(reject->reply, values, by)}, by};
    }
    return {Defer{filled(std::get<DeferAction>(terminal).reply, values, by)}, by};
}

// Carries one reading of the rules along.
class Reading {
  public:
    explicit Reading(Facts& facts) : facts_(facts) {}

    void read(const Rule& rule);
    bool ended() const { return ended_; }
    Decision finish() &&;

  private:
    void act(const Rule& rule);
    void not_told(const Rule& rule);
    void end(Verdict verdict, std::string decided_by);
    void remove_all(const std::string& name);

    Facts& facts_;
    Decision decision_;
    std::optional<Defer> deferral_;  // a rule that could not tell; a later refusal outranks it
    std::string deferred_by_;
    bool ended_ = false;
    std::vector<std::string> removed_;
    std::vector<Edit> added_;
};

void Reading::end(Verdict verdict, std::string decided_by) {
    decision_.verdict = std::move(verdict);
    decision_.decided_by = std::move(decided_by);
    ended_ = true;
}

void Reading::remove_all(const std::string& name) {
    const auto same = [&](const std::string& other) { return mail::names_equal(other, name); };
    if (std::ranges::any_of(removed_, same)) return;
    removed_.push_back(name);
    int count = 0;
    for (const auto& header : facts_.message().headers)
        count += mail::names_equal(header.name, name);
    // From the last to the first: in Postfix each removal shifts the numbers of those after it.
    for (; count > 0; --count) decision_.edits.push_back(RemoveHeader{name, count});
}

void Reading::act(const Rule& rule) {
    const std::string by = "rule " + rule.name;
    const Variables values = variables_for(rule, facts_);
    for (const Action& action : rule.actions) {
        std::visit(Overloaded{
                       [&](const RejectAction& a) { end(Reject{filled(a.reply, values, by)}, by); },
                       [&](const DeferAction& a) { end(Defer{filled(a.reply, values, by)}, by); },
                       [&](const DiscardAction&) { end(Discard{}, by); },
                       [&](const QuarantineAction& a) {
                           end(Quarantine{fmt::format("{}: {}", by, a.reason.fill(values))}, by);
                       },
                       [&](const AcceptAction&) { end(Accept{}, by); },
                       [&](const TagAction& a) { facts_.tags.insert(a.tag); },
                       [&](const AddHeaderAction& a) {
                           added_.push_back(AddHeader{a.name, a.value.fill(values)});
                       },
                       [&](const RemoveHeaderAction& a) { remove_all(a.name); },
                   },
                   action);
    }
}

void Reading::not_told(const Rule& rule) {
    const std::string by = "rule " + rule.name;
    if (rule.on_error == OnError::match) act(rule);
    if (rule.on_error == OnError::quarantine) end(Quarantine{by + ": could not be checked"}, by);
    if (rule.on_error != OnError::defer || deferral_) return;
    deferral_ = Defer{own_reply(451, "4.7.1",
                                "This message could not be checked; try again later, and ask "
                                "postmaster if this happens again",
                                by)};
    deferred_by_ = by;
}

void Reading::read(const Rule& rule) {
    if (rule.mode == Mode::off) return;
    const Firing firing = firing_of(rule, facts_);
    RuleReport report{rule.name, firing.matched, rule.mode, firing.whom};
    if (firing.matched == Match::cannot_tell && facts_.read_incompletely()) {
        report.note = *facts_.text().incomplete;
    }
    decision_.rules.push_back(std::move(report));
    if (rule.mode == Mode::audit) return;
    if (firing.matched == Match::yes) act(rule);
    if (firing.matched == Match::cannot_tell) not_told(rule);
}

Decision Reading::finish() && {
    const bool refused = std::holds_alternative<Reject>(decision_.verdict) ||
                         std::holds_alternative<Defer>(decision_.verdict);
    if (deferral_ && !refused) {
        decision_.verdict = std::move(*deferral_);
        decision_.decided_by = deferred_by_;
    }
    // Fields of ours that came from outside are forged.
    for (const auto& header : facts_.message().headers) {
        constexpr std::string_view ours = "X-Spillway-";
        const std::string_view name = header.name;
        if (mail::names_equal(name.substr(0, ours.size()), ours)) remove_all(header.name);
    }
    std::ranges::move(added_, std::back_inserter(decision_.edits));
    decision_.tags.assign(facts_.tags.begin(), facts_.tags.end());
    return std::move(decision_);
}

// At RCPT only the recipient just named is in question.
Match firing_at(Stage stage, const Rule& rule, Facts& facts) {
    if (stage != Stage::recipient) return firing_of(rule, facts).matched;
    if (facts.message().recipients.empty()) return Match::no;
    const Binding last{nullptr, &facts.message().recipients.back().address};
    return firing_among(rule, facts, {last}).matched;
}

}  // namespace

Firing firing_of(const Rule& rule, Facts& facts) {
    return firing_among(rule, facts, bindings_of(rule, facts));
}

Decision read_rules(Facts& facts) {
    Reading reading(facts);
    for (const Rule& rule : facts.policy().rules) {
        if (reading.ended()) break;
        reading.read(rule);
    }
    return std::move(reading).finish();
}

std::optional<Refusal> first_refusal(Stage stage, Facts& facts) {
    for (const Rule& rule : facts.policy().rules) {
        if (rule.mode != Mode::enforce || !is_terminal(rule.actions.back())) continue;
        if (rule.acts_at == stage && refuses(rule)) {
            if (firing_at(stage, rule, facts) == Match::yes) return refusal_of(rule, facts);
        } else if (!refuses(rule) && rule.known_at <= stage) {
            // It lets the message go its own way, or may do so: the rest is for the message's end.
            if (firing_of(rule, facts).matched != Match::no) return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace spillway::policy
