// When each rule may act: see Rule::known_at and Rule::acts_at.
#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "policy/policy.h"
#include "policy/variants.h"

namespace spillway::policy {
namespace {

Stage stage_of(Field field, Quantifier quantifier) {
    switch (field) {
        case Field::rcpt:
        case Field::rcpt_domain:
            return quantifier == Quantifier::each ? Stage::recipient : Stage::data;
        case Field::from:
        case Field::from_domain:
        case Field::subject:
        case Field::header:
            return Stage::headers;
        default:
            return is_content(field) ? Stage::message : Stage::mail;
    }
}

bool is_of_attachments(Field field) {
    return field == Field::attachment_text || field == Field::any_text;
}

// What a condition asks of the message, gathered over its whole tree.
class Asks {
  public:
    Stage stage = Stage::mail;
    bool each_from = false;
    bool each_rcpt = false;
    bool body = false;
    bool attachments = false;  // what they hold
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
                   [](const InWindow&) {},
                   [&](const MailingSize& mailing) {
                       stage = Stage::message;
                       body = true;
                       mailing_spans.insert(mailing.span);
                   },
               },
               condition.is);
}

}  // namespace

const char* name_of(Stage stage) {
    constexpr std::array names{"mail", "recipient", "data", "headers", "message"};
    return names[static_cast<std::size_t>(stage)];
}

bool is_author(Field field) { return field == Field::from || field == Field::from_domain; }

bool is_content(Field field) { return field >= Field::text; }

bool is_recipient(Field field) { return field == Field::rcpt || field == Field::rcpt_domain; }

bool is_terminal(const Action& action) {
    return !(std::holds_alternative<TagAction>(action) ||
             std::holds_alternative<AddHeaderAction>(action) ||
             std::holds_alternative<RemoveHeaderAction>(action) ||
             std::holds_alternative<SuspendAction>(action));
}

Stage known_at(const std::optional<Condition>& when, const std::optional<Condition>& unless) {
    return Asks(when, unless).stage;
}

bool refuses(const Rule& rule) {
    return std::holds_alternative<RejectAction>(rule.actions.back()) ||
           std::holds_alternative<DeferAction>(rule.actions.back());
}

void arrange(Policy& policy) {
    std::set<std::chrono::milliseconds> spans;
    policy.needs_body = policy.needs_size = policy.needs_attachments = false;
    policy.refuses_at_data = policy.refuses_at_headers = false;
    Stage held_back = Stage::mail;  // by earlier rules that could let the message go another way
    for (Rule& rule : policy.rules) {
        const Asks asks(rule.when, rule.unless);
        rule.asks_from = asks.each_from;
        rule.asks_rcpt = asks.each_rcpt;
        rule.known_at = asks.stage;
        // Only a refusal can be of one recipient; all else waits for the whole list.
        if (asks.each_rcpt && !refuses(rule)) rule.known_at = std::max(asks.stage, Stage::data);
        rule.acts_at = refuses(rule) ? std::max(rule.known_at, held_back) : Stage::message;
        if (rule.mode == Mode::off) continue;
        policy.needs_body |= asks.body;
        policy.needs_attachments |= asks.attachments;
        spans.insert(asks.mailing_spans.begin(), asks.mailing_spans.end());
        if (rule.mode == Mode::audit) continue;
        if (!refuses(rule) && is_terminal(rule.actions.back()))
            held_back = std::max(held_back, rule.known_at);
        policy.refuses_at_data |= rule.acts_at == Stage::data;
        policy.refuses_at_headers |= rule.acts_at == Stage::headers;
    }
    for (const Limit& limit : policy.limits) {
        const Asks asks(limit.when, limit.unless);
        policy.needs_body |= asks.body;
        policy.needs_attachments |= asks.attachments;
        policy.needs_size |= limit.unit == Unit::bytes;
        spans.insert(asks.mailing_spans.begin(), asks.mailing_spans.end());
    }
    policy.mailing_spans.assign(spans.begin(), spans.end());
}

}  // namespace spillway::policy
