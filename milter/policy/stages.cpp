// When each rule may act: see Rule::known_at and Rule::acts_at.
#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <span>

#include "policy/lower.h"
#include "policy/policy.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

Stage stage_of(Field field, Quantifier quantifier) {
    switch (field) {
        case Field::rcpt:
        case Field::rcpt_domain:
            return quantifier == Quantifier::each ? Stage::recipient : Stage::data;
        case Field::subject:
        case Field::header:
            return Stage::headers;
        default:
            if (is_author(field) || is_originator(field)) return Stage::headers;
            return is_content(field) ? Stage::message : Stage::mail;
    }
}

bool asks_outside(const Test& test) {
    const auto is_outside = [](const Pairs& pairs) {
        return std::holds_alternative<std::shared_ptr<const match::OutsideMap>>(pairs);
    };
    if (std::holds_alternative<InOutside>(test)) return true;
    const auto* in = std::get_if<InPairs>(&test);
    return in && (is_outside(in->map) || (in->acting_for && is_outside(*in->acting_for)));
}

bool is_of_attachments(Field field) {
    return field == Field::attachment_text || field == Field::any_text ||
           field == Field::inner_name || field == Field::inner_type;
}

// What a condition asks of the message, gathered over its whole tree.
class Asks {
  public:
    Stage stage = Stage::mail;
    bool each_from = false;
    std::array<bool, origins> each_origin{};
    bool each_rcpt = false;
    bool outside = false;
    bool body = false;
    bool attachments = false;  // what they hold
    bool suppression = false;
    std::set<std::chrono::milliseconds> mailing_spans;

    Asks(const std::optional<Condition>& when, const std::optional<Condition>& unless) {
        if (when) add(*when);
        if (unless) add(*unless);
    }

  private:
    void add(const Condition& condition);
};

void Asks::add(const Condition& condition) {
    std::visit(Overloaded{
                   [&](const And& all) {
                       for (const auto& part : all.parts) add(part);
                   },
                   [&](const Or& any) {
                       for (const auto& part : any.parts) add(part);
                   },
                   [&](const Not& negated) { add(*negated.part); },
                   [&](const Compare& compare) {
                       const bool each = compare.quantifier == Quantifier::each;
                       stage = std::max(stage, stage_of(compare.field, compare.quantifier));
                       each_from |= each && is_author(compare.field);
                       each_rcpt |= each && is_recipient(compare.field);
                       if (each && is_originator(compare.field))
                           each_origin[static_cast<std::size_t>(origin_of(compare.field))] = true;
                       outside |= asks_outside(compare.test);
                       body |= is_content(compare.field);
                       attachments |= is_of_attachments(compare.field);
                   },
                   [&](const CompareNumber& compare) {
                       const bool at_end = compare.quantity != Quantity::recipients;
                       stage = std::max(stage, at_end ? Stage::message : Stage::data);
                       body |= at_end;
                   },
                   // A tag may be set by any rule before this one, so it is known last.
                   [&](const Tagged&) { stage = Stage::message; },
                   [&](const OfContents&) {
                       stage = Stage::message;
                       body = true;
                       attachments = true;
                   },
                   [](const Authenticated&) {},
                   [](const OverTls&) {},
                   [&](const MisleadingFrom&) { stage = std::max(stage, Stage::headers); },
                   [&](const OnSuppressionList&) {
                       stage = std::max(stage, Stage::recipient);
                       each_rcpt = true;
                       suppression = true;
                   },
                   [](const InWindow&) {},
                   [&](const MailingSize& mailing) {
                       stage = Stage::message;
                       body = true;
                       mailing_spans.insert(mailing.span);
                   },
               },
               condition.is);
}

// The fields that a rule writes tokens into, in lower case.
std::vector<std::string> abuse_fields_of(const Rule& rule) {
    std::vector<std::string> fields;
    for (const Action& action : rule.actions) {
        const auto* added = std::get_if<AddHeaderAction>(&action);
        if (added != nullptr && added->value.uses(Variable::abuse_id))
            fields.push_back(lower(added->name));
    }
    return fields;
}

bool adds_footer(const Rule& rule) {
    return std::ranges::any_of(rule.actions, [](const Action& action) {
        return std::holds_alternative<FooterAction>(action);
    });
}

}  // namespace

const char* name_of(Stage stage) {
    constexpr std::array names{"mail", "recipient", "data", "headers", "message"};
    return names[static_cast<std::size_t>(stage)];
}

bool is_author(Field field) { return field == Field::from || field == Field::from_domain; }

bool is_originator(Field field) {
    return field >= Field::sender && field <= Field::resent_from_domain;
}

bool is_asked_each(Field field) {
    return is_author(field) || is_originator(field) || is_recipient(field);
}

bool is_domain(Field field) {
    return field == Field::mail_from_domain || field == Field::from_domain ||
           field == Field::sender_domain || field == Field::reply_to_domain ||
           field == Field::resent_from_domain || field == Field::rcpt_domain;
}

mail::Origin origin_of(Field field) {
    if (field == Field::sender || field == Field::sender_domain) return mail::Origin::sender;
    if (field == Field::reply_to || field == Field::reply_to_domain) return mail::Origin::reply_to;
    return mail::Origin::resent;
}

bool is_content(Field field) { return field >= Field::text; }

bool is_recipient(Field field) { return field == Field::rcpt || field == Field::rcpt_domain; }

bool is_terminal(const Action& action) {
    return !(std::holds_alternative<TagAction>(action) ||
             std::holds_alternative<AddHeaderAction>(action) ||
             std::holds_alternative<ReplaceHeaderAction>(action) ||
             std::holds_alternative<RemoveHeaderAction>(action) ||
             std::holds_alternative<SuspendAction>(action) ||
             std::holds_alternative<FooterAction>(action) ||
             std::holds_alternative<BccAction>(action) ||
             std::holds_alternative<RedirectAction>(action) ||
             std::holds_alternative<ArchiveAction>(action));
}

Stage known_at(const std::optional<Condition>& when, const std::optional<Condition>& unless) {
    return Asks(when, unless).stage;
}

bool refuses(const Rule& rule) {
    return std::holds_alternative<RejectAction>(rule.actions.back()) ||
           std::holds_alternative<DeferAction>(rule.actions.back());
}

namespace {

// What is archived is the whole message.
bool keeps(const Rule& rule) {
    return std::ranges::any_of(rule.actions, [](const Action& action) {
        return std::holds_alternative<ArchiveAction>(action);
    });
}

// Returns until when a rule behind this one must wait: see Rule::acts_at.
Stage arrange(Rule& rule, const Asks& asks, Stage held_back) {
    rule.asks_from = asks.each_from;
    rule.asks_origin = asks.each_origin;
    rule.asks_rcpt = asks.each_rcpt;
    rule.asks_outside = asks.outside;
    rule.known_at = asks.stage;
    // Only a refusal can be of one recipient; all else waits for the whole list.
    if (asks.each_rcpt && !refuses(rule)) rule.known_at = std::max(asks.stage, Stage::data);
    rule.acts_at = refuses(rule) ? std::max(rule.known_at, held_back) : Stage::message;
    const bool diverts =
        rule.mode == Mode::enforce && !refuses(rule) && is_terminal(rule.actions.back());
    return diverts ? std::max(held_back, rule.known_at) : held_back;
}

// Gathers what a policy's rules and limits ask, each set of them for itself.
class Arranging {
  public:
    explicit Arranging(Policy& policy) : policy_(policy) {}

    // `owner` is the policy or a folder. Returns until when a rule behind these must wait.
    template <typename Owner>
    Stage rules(std::span<Rule> rules, Stage held_back, Owner& owner) {
        for (Rule& rule : rules) {
            const Asks asks(rule.when, rule.unless);
            held_back = arrange(rule, asks, held_back);
            seal(rule);
            if (rule.mode == Mode::off) continue;
            add(asks, owner);
            if (rule.mode == Mode::audit) continue;
            policy_.needs_body |= adds_footer(rule);
            policy_.needs_body |= keeps(rule);
            policy_.refuses_at_data |= rule.acts_at == Stage::data;
            policy_.refuses_at_headers |= rule.acts_at == Stage::headers;
        }
        return held_back;
    }

    void limit(Limit& limit) {
        const Asks asks(limit.when, limit.unless);
        limit.known_at = asks.stage;
        limit.asks_rcpt = asks.each_rcpt;
        limit.asks_outside = asks.outside;
        add(asks, policy_);
        policy_.needs_size |= limit.unit == Unit::bytes;
    }

    void finish() { policy_.mailing_spans.assign(spans_.begin(), spans_.end()); }

  private:
    void seal(const Rule& rule) {
        for (std::string& field : abuse_fields_of(rule)) {
            policy_.needs_abuse_id |= rule.mode == Mode::enforce;
            if (std::ranges::find(policy_.abuse_fields, field) == policy_.abuse_fields.end())
                policy_.abuse_fields.push_back(std::move(field));
        }
    }

    // Whose message it is shows only later, so the body is asked for all of them.
    template <typename Owner>
    void add(const Asks& asks, Owner& owner) {
        policy_.needs_body |= asks.body;
        policy_.asks_outside |= asks.outside;
        policy_.asks_suppression |= asks.suppression;
        owner.needs_attachments |= asks.attachments;
        owner.asks_mailing |= !asks.mailing_spans.empty();
        spans_.insert(asks.mailing_spans.begin(), asks.mailing_spans.end());
    }

    Policy& policy_;
    std::set<std::chrono::milliseconds> spans_;
};

}  // namespace

void arrange(Policy& policy) {
    Arranging arranging(policy);
    const std::span<Rule> own{policy.rules};
    const std::size_t before = std::min(policy.rules_before_folders, own.size());
    const Stage held_back = arranging.rules(own.first(before), Stage::mail, policy);
    for (auto& [name, folder] : policy.folders) arranging.rules(folder.rules, held_back, folder);
    arranging.rules(own.subspan(before), held_back, policy);
    for (Limit& limit : policy.limits) arranging.limit(limit);
    arranging.finish();
    policy.gates = Gates(policy.rules);
}

}  // namespace spillway::policy
