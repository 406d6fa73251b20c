#include "language/compile_condition.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/compile_sought.h"
#include "language/parser.h"
#include "language/values.h"
#include "match/folding.h"
#include "policy/lower.h"
#include "policy/variants.h"

namespace spillway::language {
namespace {

using policy::Compare;
using policy::Condition;
using policy::Field;
using policy::Order;

enum class Kind { name, domain, address, ip, text };

struct FieldWord {
    std::string_view word;
    Field field;
    Kind kind;
};
constexpr std::array field_table{
    FieldWord{"user", Field::user, Kind::name},
    FieldWord{"domain", Field::domain, Kind::domain},
    FieldWord{"account", Field::account, Kind::name},
    FieldWord{"client-ip", Field::client_ip, Kind::ip},
    FieldWord{"mail-from", Field::mail_from, Kind::address},
    FieldWord{"mail-from.domain", Field::mail_from_domain, Kind::domain},
    FieldWord{"from", Field::from, Kind::address},
    FieldWord{"from.domain", Field::from_domain, Kind::domain},
    FieldWord{"sender", Field::sender, Kind::address},
    FieldWord{"sender.domain", Field::sender_domain, Kind::domain},
    FieldWord{"reply-to", Field::reply_to, Kind::address},
    FieldWord{"reply-to.domain", Field::reply_to_domain, Kind::domain},
    FieldWord{"resent-from", Field::resent_from, Kind::address},
    FieldWord{"resent-from.domain", Field::resent_from_domain, Kind::domain},
    FieldWord{"rcpt", Field::rcpt, Kind::address},
    FieldWord{"rcpt.domain", Field::rcpt_domain, Kind::domain},
    FieldWord{"subject", Field::subject, Kind::text},
    FieldWord{"header", Field::header, Kind::text},
    FieldWord{"text", Field::text, Kind::text},
    FieldWord{"hidden", Field::hidden, Kind::text},
    FieldWord{"any-text", Field::any_text, Kind::text},
    FieldWord{"html", Field::html, Kind::text},
    FieldWord{"raw", Field::raw, Kind::text},
    FieldWord{"links", Field::links, Kind::text},
    FieldWord{"attachment.name", Field::attachment_name, Kind::text},
    FieldWord{"attachment.type", Field::attachment_type, Kind::text},
    FieldWord{"attachment.text", Field::attachment_text, Kind::text},
    FieldWord{"attachment.inner-name", Field::inner_name, Kind::text},
    FieldWord{"attachment.inner-type", Field::inner_type, Kind::text},
};

struct NumberWord {
    std::string_view word;
    policy::Quantity quantity;
    bool is_size;
};
constexpr std::array number_table{
    NumberWord{"recipients", policy::Quantity::recipients, false},
    NumberWord{"size", policy::Quantity::size, true},
    NumberWord{"attachment.count", policy::Quantity::attachment_count, false},
    NumberWord{"attachment.size", policy::Quantity::attachment_size, true},
};

struct OrderWord {
    std::string_view word;
    Order order;
};
constexpr std::array order_table{
    OrderWord{"<", Order::less},
    OrderWord{"<=", Order::less_or_equal},
    OrderWord{"=", Order::equal},
    OrderWord{"!=", Order::not_equal},
    OrderWord{">=", Order::greater_or_equal},
    OrderWord{">", Order::greater},
};

Condition negated(Condition condition) {
    return {policy::Not{std::make_unique<Condition>(std::move(condition))}};
}

// Compiles one predicate on a field.
class Comparison {
  public:
    Comparison(const PredicateNode& node, const FieldWord& field, Names& names)
        : node_(node), field_(field), names_(names) {}

    Condition compile();

  private:
    Condition compare(policy::Test test);
    Condition in_set();
    Condition in_map(const Word& name);
    policy::Pairs pairs_of(const Word& name);
    Condition in_pairs(const PairsNode& pairs);
    policy::Test set_test(const std::vector<Word>& entries) const;
    Condition matching(match::Pattern pattern);
    Condition seeking();
    match::Seat seat_of(const match::Pattern& pattern);
    Condition has_phrases();
    Condition equals();
    [[noreturn]] void refuse(const std::string& why) const {
        throw Mistake(node_.op ? node_.op->place : node_.subject.place, why);
    }
    policy::Quantifier quantifier() const;

    const PredicateNode& node_;
    const FieldWord& field_;
    Names& names_;
};

policy::Quantifier Comparison::quantifier() const {
    if (!node_.quantifier) return policy::Quantifier::each;
    if (!policy::is_asked_each(field_.field)) {
        throw Mistake(node_.quantifier->place,
                      fmt::format("\"{}\" goes with from, sender, reply-to, resent-from and rcpt "
                                  "only, not with {}",
                                  node_.quantifier->text, field_.word));
    }
    return node_.quantifier->text == "any" ? policy::Quantifier::any : policy::Quantifier::all;
}

Condition Comparison::compare(policy::Test test) {
    Compare compare{field_.field, node_.name ? node_.name->text : "", quantifier(), std::move(test),
                    node_.op->text == "!="};
    const bool of_one_address =
        compare.quantifier == policy::Quantifier::each && policy::is_asked_each(field_.field);
    if (!of_one_address) compare.memo = names_.memos++;
    compare.folded = node_.folded.has_value();
    return {std::move(compare)};
}

policy::Test Comparison::set_test(const std::vector<Word>& entries) const {
    if (field_.kind == Kind::ip) {
        auto networks = std::make_shared<match::NetworkSet>();
        for (const Word& entry : entries) {
            if (const auto added = networks->add(entry.text); !added) {
                throw Mistake(entry.place, added.error());
            }
        }
        return policy::InNetworks{std::move(networks)};
    }
    auto set = std::make_shared<match::ValueSet>();
    for (const Word& entry : entries) {
        if (const auto added = set->add(entry.text); !added)
            throw Mistake(entry.place, added.error());
    }
    return policy::InSet{std::move(set)};
}

Condition Comparison::in_map(const Word& name) {
    const MapValue& map = names_.map(name).is;
    if (const auto* networks = std::get_if<std::shared_ptr<match::NetworkSet>>(&map)) {
        if (field_.kind != Kind::ip) {
            throw Mistake(
                name.place,
                fmt::format("\"{}\" holds networks, which only client-ip can be in", name.text));
        }
        return compare(policy::InNetworks{*networks});
    }
    if (field_.kind == Kind::ip) {
        throw Mistake(name.place,
                      fmt::format("client-ip needs a map of networks, \"{}\" is none", name.text));
    }
    if (const auto* set = std::get_if<std::shared_ptr<match::ValueSet>>(&map)) {
        return compare(policy::InSet{*set});
    }
    const auto* outside = std::get_if<std::shared_ptr<match::OutsideMap>>(&map);
    if (outside && !(*outside)->pairs) return compare(policy::InOutside{*outside});
    throw Mistake(name.place, fmt::format("\"{0}\" is a map of pairs: say whose values are meant, "
                                          "such as {0}[account]",
                                          name.text));
}

policy::Pairs Comparison::pairs_of(const Word& name) {
    const MapValue& map = names_.map(name).is;
    if (const auto* pairs = std::get_if<std::shared_ptr<match::PairMap>>(&map)) return *pairs;
    const auto* outside = std::get_if<std::shared_ptr<match::OutsideMap>>(&map);
    if (outside && (*outside)->pairs) return *outside;
    throw Mistake(name.place, fmt::format("\"{}\" is not a map of pairs", name.text));
}

Condition Comparison::in_pairs(const PairsNode& pairs) {
    policy::InPairs in{pairs_of(pairs.map)};
    if (field_.kind == Kind::ip)
        throw Mistake(pairs.map.place, "client-ip needs a map of networks");
    const auto key = std::ranges::find(field_table, pairs.key.text, &FieldWord::word);
    if (pairs.key.text != "user" && pairs.key.text != "domain" && pairs.key.text != "account") {
        throw Mistake(pairs.key.place,
                      fmt::format("expected user, domain or account, got \"{}\"{}", pairs.key.text,
                                  suggestion(pairs.key.text, {"user", "domain", "account"})));
    }
    in.key = key->field;
    if (pairs.acting_for) in.acting_for = pairs_of(*pairs.acting_for);
    return compare(std::move(in));
}

Condition Comparison::in_set() {
    if (field_.kind == Kind::text) {
        refuse(
            fmt::format("\"in\" needs an address, a domain, a name or client-ip; {} is text: use "
                        "\"has\" or \"=~\"",
                        field_.word));
    }
    return std::visit(Overloaded{
                          [&](const Word& name) { return in_map(name); },
                          [&](const PairsNode& pairs) { return in_pairs(pairs); },
                          [&](const ListNode& list) { return compare(set_test(list.entries)); },
                          [&](const auto&) -> Condition { refuse("expected a map or a list"); },
                      },
                      node_.operand);
}

Condition Comparison::matching(match::Pattern pattern) {
    policy::Matches matches{std::move(pattern)};
    matches.seat = seat_of(matches.pattern);
    if (node_.count) {
        matches.order = order_of(node_.count->order);
        const auto number = parse_number(node_.count->number.text);
        matches.count = Arguments::value_of(node_.count->number, number);
    }
    return compare(std::move(matches));
}

Condition Comparison::seeking() {
    policy::Seeks seeks = seeks_of(node_, names_);
    if (const auto* expression = std::get_if<match::Expression>(&seeks.sought.what))
        seeks.seat = seat_of(expression->pattern);
    return compare(std::move(seeks));
}

// Folded texts are others than those they were made of.
match::Seat Comparison::seat_of(const match::Pattern& pattern) {
    const std::string header = node_.name ? policy::lower(node_.name->text) : "";
    return names_.patterns.add(
        fmt::format("{}{} {}", node_.folded ? "folded " : "", field_.word, header), pattern);
}

Condition Comparison::has_phrases() {
    if (field_.kind != Kind::text) {
        refuse(fmt::format(
            "\"has\" looks for words in texts such as subject, header and text, not in {}",
            field_.word));
    }
    if (is_sought(node_)) return seeking();
    const bool folded = node_.folded.has_value();
    if (const auto* phrase = std::get_if<Word>(&node_.operand)) {
        return matching(phrase_of(*phrase, folded));
    }
    const auto& entries = std::get<ListNode>(node_.operand).entries;
    if (entries.empty()) refuse("\"has\" needs at least one phrase");
    policy::Or any;
    for (const Word& entry : entries) {
        any.parts.push_back(matching(phrase_of(entry, names_, folded)));
    }
    if (any.parts.size() == 1) return std::move(any.parts.front());
    return {std::move(any)};
}

Condition Comparison::equals() {
    const Word& value = std::get<Word>(node_.operand);
    if (node_.op->text != "=" && node_.op->text != "!=") {
        refuse(fmt::format("{} is not a number: use = or !=", field_.word));
    }
    const bool as_text = field_.kind == Kind::text || field_.kind == Kind::name;
    const std::string text = node_.folded ? match::folded_text(value.text) : value.text;
    return compare(as_text ? policy::Test{policy::Equals{text}} : set_test({value}));
}

Condition Comparison::compile() {
    const std::string& op = node_.op->text;
    if (op == "in") return in_set();
    if (op == "has") return has_phrases();
    if (op == "exists") {
        if (field_.field != Field::header && field_.field != Field::subject) {
            refuse("\"exists\" goes with header and subject only");
        }
        return compare(policy::Exists{});
    }
    const auto* regex = std::get_if<Regex>(&node_.operand);
    if (!regex) return equals();
    if (is_sought(node_)) return seeking();
    return matching(pattern_of(*regex));
}

Condition number(const PredicateNode& node) {
    const auto* value = std::get_if<Word>(&node.operand);
    if (!value) {
        throw Mistake(node.op->place,
                      fmt::format("{} is a number: compare it with <, <=, =, !=, >= or >",
                                  node.subject.text));
    }
    if (node.quantifier) throw Mistake(node.quantifier->place, "any and all go with from and rcpt");
    const auto number = std::ranges::find(number_table, node.subject.text, &NumberWord::word);
    const auto parsed = number->is_size ? parse_size(value->text) : parse_number(value->text);
    return {policy::CompareNumber{number->quantity, order_of(*node.op),
                                  Arguments::value_of(*value, parsed)}};
}

bool is_number(std::string_view subject) {
    return std::ranges::find(number_table, subject, &NumberWord::word) != number_table.end();
}

std::optional<policy::OfContents> of_contents(std::string_view subject) {
    using enum policy::OfContents::Is;
    if (subject == "unreadable") return policy::OfContents{unreadable};
    if (subject == "encrypted") return policy::OfContents{encrypted};
    if (subject == "truncated") return policy::OfContents{truncated};
    return std::nullopt;
}

Condition campaign(const PredicateNode& node) {
    constexpr std::chrono::minutes shortest{1};
    constexpr std::chrono::hours longest{31 * 24};
    const Word& number = std::get<Word>(node.operand);
    const auto value = Arguments::value_of(number, parse_number(number.text));
    const auto span = Arguments::value_of(*node.span, parse_duration(node.span->text));
    if (span < shortest || span > longest) {
        throw Mistake(
            node.span->place,
            fmt::format("a campaign is looked at over 1m to 31d, not {}", node.span->text));
    }
    return {policy::MailingSize{order_of(*node.op), value, span}};
}

void check_folded(const PredicateNode& node) {
    const auto field = std::ranges::find(field_table, node.subject.text, &FieldWord::word);
    if (field != field_table.end() && field->kind == Kind::text) return;
    throw Mistake(node.folded->place,
                  fmt::format("\"folded\" goes with texts such as subject, header and text, not "
                              "with {}",
                              node.subject.text));
}

Condition predicate(const PredicateNode& node, Names& names) {
    const std::string& subject = node.subject.text;
    if (node.quantifier &&
        std::ranges::find(condition_words, subject) != std::end(condition_words)) {
        throw Mistake(node.quantifier->place, "any and all go with from and rcpt");
    }
    if (node.folded) check_folded(node);
    if (subject == "auth") return {policy::Authenticated{}};
    if (subject == "tls") return {policy::OverTls{}};
    if (subject == "misleading-from") return {policy::MisleadingFrom{}};
    if (subject == "window") return {policy::InWindow{names.window(*node.name).window}};
    if (subject == "tag") return {policy::Tagged{names.tag(*node.name)}};
    if (subject == "campaign") return campaign(node);
    if (const auto contents = of_contents(subject)) return {*contents};
    if (is_number(subject)) return number(node);
    if (node.op && node.op->text == "suppressed") return {policy::OnSuppressionList{}};
    const auto field = std::ranges::find(field_table, subject, &FieldWord::word);
    return Comparison(node, *field, names).compile();
}

template <typename Policy, typename Node>
Condition group(const Node& node, Names& names) {
    Policy group;
    for (const auto& part : node.parts) group.parts.push_back(compile_condition(part, names));
    return {std::move(group)};
}

}  // namespace

Order order_of(const Word& word) {
    const auto found = std::ranges::find(order_table, word.text, &OrderWord::word);
    if (found == order_table.end()) throw Mistake(word.place, "expected a comparison");
    return found->order;
}

Condition compile_condition(const ConditionNode& node, Names& names) {
    return std::visit(
        Overloaded{
            [&](const AndNode& all) { return group<policy::And>(all, names); },
            [&](const OrNode& any) { return group<policy::Or>(any, names); },
            [&](const NotNode& inner) { return negated(compile_condition(*inner.part, names)); },
            [&](const PredicateNode& leaf) { return predicate(leaf, names); },
        },
        node.is);
}

}  // namespace spillway::language
