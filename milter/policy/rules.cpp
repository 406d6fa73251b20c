#include "policy/rules.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include "policy/copies.h"
#include "policy/footers.h"
#include "policy/lower.h"
#include "policy/reply.h"
#include "policy/suspend.h"
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
    constexpr std::array names{"sender", "reply-to", "resent-from"};
    for (std::size_t i = 0; i < binding.originators.size(); ++i) {
        if (!binding.originators[i]) continue;
        const std::string one = binding.originators[i]->text();
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", names[i],
                           one.empty() ? "(unreadable)" : one);
    }
    if (binding.recipient) {
        out += fmt::format("{}rcpt {}", out.empty() ? "" : ", ", binding.recipient->text());
    }
    return out;
}

// Gathers what a rule says of each author and recipient it is asked for.
class Tally {
  public:
    explicit Tally(const Rule& rule) : decisive_(accepts(rule) ? Match::no : Match::yes) {}

    // True when the rest need not be asked.
    bool add(Match one, const Binding& binding) {
        asked_ = true;
        const bool decided = one == decisive_;
        if (decided || (one == Match::cannot_tell && !said_)) said_ = Firing{one, whom(binding)};
        return decided;
    }

    Firing firing() const {
        if (!asked_) return {};
        return said_ ? *said_ : Firing{!decisive_, ""};
    }

  private:
    const Match decisive_;
    bool asked_ = false;
    std::optional<Firing> said_;
};

// Asks the rule for each address of the originators it asks for, from number `next` on.
bool ask_for_originators(const Rule& rule, Facts& facts, Binding binding, Tally& tally,
                         std::size_t next = 0) {
    while (next < origins && !rule.asks_origin[next]) ++next;
    if (next == origins) return tally.add(applies(rule.when, rule.unless, facts, binding), binding);
    const auto& addresses = facts.originators(static_cast<mail::Origin>(next));
    return std::ranges::any_of(addresses, [&](const mail::Address& address) {
        binding.originators[next] = &address;
        return ask_for_originators(rule, facts, binding, tally, next + 1);
    });
}

// Asks the rule for one recipient (or none) and each author it asks for; true when that decided it.
bool ask_for_authors(const Rule& rule, Facts& facts, Binding binding, Tally& tally) {
    if (!rule.asks_from) return ask_for_originators(rule, facts, binding, tally);
    return std::ranges::any_of(facts.authors(), [&](const mail::Address& author) {
        binding.author = &author;
        return ask_for_originators(rule, facts, binding, tally);
    });
}

Variables variables_for(const Rule& rule, const Facts& facts) {
    Variables values = variables_of(facts.message(), facts.identity());
    values[static_cast<std::size_t>(Variable::rule)] = rule.name;
    return values;
}

// Of the rules that match a message most do nothing but tag it.
bool needs_variables(const Rule& rule) {
    return !std::ranges::all_of(rule.actions, [](const Action& action) {
        return std::holds_alternative<TagAction>(action);
    });
}

std::vector<SuspendOrder> orders(const Rule& rule, const Facts& facts) {
    return orders_of(rule, facts.policy(), facts.identity(), facts.message().received);
}

// For rules that refuse, which are all that act before the end of the message.
Refusal refusal_of(const Rule& rule, const Facts& facts) {
    const std::string by = "rule " + rule.name;
    const Variables values = variables_for(rule, facts);
    const Action& terminal = rule.actions.back();
    Refusal refusal{Defer{}, by, orders(rule, facts)};
    if (const auto* reject = std::get_if<RejectAction>(&terminal))
        refusal.verdict = Reject{filled(reject->reply, values, by)};
    else
        refusal.verdict = Defer{filled(std::get<DeferAction>(terminal).reply, values, by)};
    return refusal;
}

// Parts the time between the rules, as they are asked one after the other.
class Meter {
  public:
    explicit Meter(Facts& facts) : facts_(facts) {
        facts_.readings.rules.resize(facts_.policy().rules.size());
        begin();
    }

    void begin() {
        began_ = std::chrono::steady_clock::now();
        shared_ = facts_.shared_time();
    }

    // What has passed since then, less what all rules share, was this rule's. The next one begins.
    void charge(const Rule& rule, Match matched) {
        const auto before = began_;
        const auto shared = shared_;
        begin();
        const auto number = facts_.number_of(rule);
        if (!number) return;
        RuleReading& reading = facts_.readings.rules[*number];
        reading.took += (began_ - before) - (shared_ - shared);
        reading.asked = true;
        reading.hits += matched == Match::yes ? 1 : 0;
        if (matched == Match::cannot_tell)
            facts_.readings.unsure.push_back({*number, facts_.doubt});
    }

  private:
    Facts& facts_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::nanoseconds shared_{};
};

// Carries one reading of the rules along.
class Reading {
  public:
    explicit Reading(Facts& facts) : facts_(facts), gates_(facts), meter_(facts) {
        for (const auto& header : facts.message().headers) ++header_counts_[lower(header.name)];
        // Else the rules at powers of two would pay for all before them.
        if (facts.report_all) decision_.rules.reserve(facts.policy().rules.size());
        meter_.begin();
    }

    void read(const Rule& rule);
    bool ended() const { return ended_; }
    Decision finish() &&;

  private:
    void act(const Rule& rule);
    void not_told(const Rule& rule);
    void end(Verdict verdict, std::string decided_by);
    void remove_all(const std::string& name, int but = 0);
    void remove_each(const RemoveHeaderAction& names);
    void replace(const std::string& name, std::string value);
    void remove_forged();
    bool is_ours(std::string_view name) const;

    Facts& facts_;
    OpenGates gates_;
    Meter meter_;
    Decision decision_;
    // Of the first rule that could not tell; a later refusal outranks it, as it does at early
    // stages.
    std::optional<Verdict> doubt_;
    std::string doubted_by_;
    bool ended_ = false;
    std::map<std::string, int> header_counts_;  // by name in lower case
    std::set<std::string> removed_;             // likewise
    std::vector<Edit> added_;
    std::vector<AskedFooter> footers_;
    Copies copies_;
};

void Reading::end(Verdict verdict, std::string decided_by) {
    decision_.verdict = std::move(verdict);
    decision_.decided_by = std::move(decided_by);
    ended_ = true;
}

// Leaves the first `but` fields.
void Reading::remove_all(const std::string& name, int but) {
    if (!removed_.insert(lower(name)).second) return;
    const auto counted = header_counts_.find(lower(name));
    if (counted == header_counts_.end()) return;
    // From the last to the first: in Postfix each removal shifts the numbers of those after it.
    for (int nth = counted->second; nth > but; --nth) {
        decision_.edits.push_back(RemoveHeader{name, nth});
    }
}

void Reading::remove_each(const RemoveHeaderAction& action) {
    for (const std::string& name : action.names) {
        if (!name.ends_with('*')) {
            remove_all(name);
            continue;
        }
        const std::string beginning = lower(name.substr(0, name.size() - 1));
        for (const auto& header : facts_.message().headers)
            if (lower(header.name).starts_with(beginning)) remove_all(header.name);
    }
}

// The first rule that removes or replaces a field is the one that says what becomes of it.
void Reading::replace(const std::string& name, std::string value) {
    if (removed_.contains(lower(name)) || !header_counts_.contains(lower(name))) return;
    remove_all(name, 1);
    decision_.edits.push_back(ReplaceHeader{name, std::move(value)});
}

bool Reading::is_ours(std::string_view name) const {
    const auto& fields = facts_.policy().abuse_fields;
    return name.starts_with("x-spillway-") || std::ranges::find(fields, name) != fields.end();
}

// Fields of ours that came from outside are forged. So many of them are an attack on the MTA, which
// walks through its queue file for each removal.
void Reading::remove_forged() {
    constexpr int most_forged = 100;
    int forged = 0;
    for (const auto& [name, count] : header_counts_)
        if (is_ours(name)) forged += count;
    if (forged > most_forged) {
        const std::string by = "forged fields";
        return end(Reject{own_reply(550, "5.7.1", "Too many X-Spillway fields; remove them", by)},
                   by);
    }
    for (const auto& header : facts_.message().headers) {
        if (forged > 0 && is_ours(lower(header.name))) remove_all(header.name);
    }
}

void Reading::act(const Rule& rule) {
    const std::string by = "rule " + rule.name;
    const Variables values = needs_variables(rule) ? variables_for(rule, facts_) : Variables{};
    std::ranges::move(orders(rule, facts_), std::back_inserter(decision_.suspend));
    for (const Action& action : rule.actions) {
        std::visit(
            Overloaded{
                [&](const RejectAction& a) { end(Reject{filled(a.reply, values, by)}, by); },
                [&](const DeferAction& a) { end(Defer{filled(a.reply, values, by)}, by); },
                [&](const DiscardAction&) { end(Discard{}, by); },
                [&](const QuarantineAction& a) {
                    end(Quarantine{fmt::format("{}: {}", by, a.reason.fill(values))}, by);
                },
                [&](const AcceptAction&) { end(Accept{}, by); },
                [&](const TagAction& a) {
                    facts_.tags.insert(a.tag);
                    gates_.set(a.tag);
                },
                [&](const AddHeaderAction& a) {
                    added_.push_back(AddHeader{a.name, a.value.fill_field(values)});
                },
                [&](const ReplaceHeaderAction& a) { replace(a.name, a.value.fill_field(values)); },
                [&](const RemoveHeaderAction& a) { remove_each(a); },
                [](const SuspendAction&) {},  // all of the rule's at once, above
                [&](const FooterAction& a) {
                    footers_.push_back({a.footer, by, values});
                },
                [&](const BccAction& a) { copies_.bcc(a.to); },
                [&](const RedirectAction& a) { copies_.redirect(a.to); },
                [&](const ArchiveAction& a) { copies_.archive(a.archive); },
            },
            action);
    }
}

void Reading::not_told(const Rule& rule) {
    if (rule.on_error == OnError::match) return act(rule);
    if (rule.on_error == OnError::no_match || doubt_) return;
    doubted_by_ = "rule " + rule.name;
    const std::string why = facts_.doubt.empty() ? "" : fmt::format(" ({})", facts_.doubt);
    if (rule.on_error == OnError::quarantine) {
        doubt_ = Quarantine{doubted_by_ + ": could not be checked" + why};
        return;
    }
    doubt_ =
        Defer{own_reply(451, "4.7.1",
                        fmt::format("This message could not be checked{}; try again later, and ask "
                                    "postmaster if this happens again",
                                    why),
                        doubted_by_)};
}

void Reading::read(const Rule& rule) {
    if (rule.mode == Mode::off || !gates_.can_match(rule)) return;
    facts_.doubt.clear();
    facts_.finds.clear();
    const Firing firing = firing_of(rule, facts_);
    RuleReport report{rule.name, firing.matched, rule.mode, firing.whom};
    if (firing.matched == Match::cannot_tell && !facts_.doubt.empty()) report.note = facts_.doubt;
    if (firing.matched == Match::yes) report.finds = std::move(facts_.finds);
    decision_.rules.push_back(std::move(report));
    if (rule.mode != Mode::audit) {
        if (firing.matched == Match::yes) act(rule);
        if (firing.matched == Match::cannot_tell) not_told(rule);
    }
    meter_.charge(rule, firing.matched);
}

Decision Reading::finish() && {
    const bool refused = std::holds_alternative<Reject>(decision_.verdict) ||
                         std::holds_alternative<Defer>(decision_.verdict);
    if (doubt_ && !refused) end(std::move(*doubt_), doubted_by_);
    remove_forged();
    add_footers(footers_, facts_.message(), decision_);
    std::ranges::move(added_, std::back_inserter(decision_.edits));
    copies_.order(facts_.message(), decision_);
    decision_.tags.assign(facts_.tags.begin(), facts_.tags.end());
    return std::move(decision_);
}

}  // namespace

// At RCPT only the recipient just named is in question.
Match firing_at(Stage stage, const Rule& rule, Facts& facts) {
    if (stage != Stage::recipient) return firing_of(rule, facts).matched;
    if (facts.message().recipients.empty()) return Match::no;
    const Binding last{nullptr, &facts.message().recipients.back().address};
    return applies(rule.when, rule.unless, facts, last);
}

namespace {

// Looks for a refusal at one stage, in the order of the rules.
class RefusalSearch {
  public:
    RefusalSearch(Stage stage, Facts& facts)
        : stage_(stage), facts_(facts), gates_(facts), meter_(facts) {}

    // True when the rules behind this one cannot matter at this stage.
    bool ended_by(const Rule& rule) {
        if (rule.mode != Mode::enforce || !is_terminal(rule.actions.back())) return false;
        if (refuses(rule)) return is_refused_by(rule);
        // It lets the message go its own way, or may do so: the rest is for the message's end.
        held_back_ = std::max(held_back_, rule.known_at);
        if (rule.known_at > stage_ || !gates_.can_match(rule)) return false;
        const bool may_act = firing_of(rule, facts_).matched != Match::no;
        meter_.charge(rule, Match::no);
        return may_act;
    }

    std::optional<Refusal> refusal() && { return std::move(refusal_); }

  private:
    bool is_refused_by(const Rule& rule) {
        const bool now = std::max(rule.known_at, held_back_) == stage_;
        if (!now || !gates_.can_match(rule)) return false;
        const bool fires = firing_at(stage_, rule, facts_) == Match::yes;
        // What it cannot tell here it is asked again at the end, and only that counts.
        meter_.charge(rule, fires ? Match::yes : Match::no);
        if (fires) refusal_ = refusal_of(rule, facts_);
        return fires;
    }

    const Stage stage_;
    Facts& facts_;
    OpenGates gates_;
    Meter meter_;
    // As in Rule::acts_at, which knows nothing of the folders this message is asked before.
    Stage held_back_ = Stage::mail;
    std::optional<Refusal> refusal_;
};

}  // namespace

Firing firing_of(const Rule& rule, Facts& facts) {
    Tally tally(rule);
    if (!rule.asks_rcpt) {
        ask_for_authors(rule, facts, {}, tally);
        return tally.firing();
    }
    for (const Recipient& recipient : facts.message().recipients) {
        if (ask_for_authors(rule, facts, {nullptr, &recipient.address}, tally)) break;
    }
    return tally.firing();
}

Decision read_rules(Facts& facts) {
    Reading reading(facts);
    for (const std::span<const Rule> rules : facts.rules()) {
        for (const Rule& rule : rules) {
            if (reading.ended()) break;
            reading.read(rule);
        }
    }
    return std::move(reading).finish();
}

std::optional<Refusal> first_refusal(Stage stage, Facts& facts) {
    RefusalSearch search(stage, facts);
    for (const std::span<const Rule> rules : facts.rules()) {
        for (const Rule& rule : rules) {
            if (search.ended_by(rule)) return std::move(search).refusal();
        }
    }
    return std::nullopt;
}

}  // namespace spillway::policy
