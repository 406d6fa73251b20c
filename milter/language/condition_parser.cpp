#include "language/condition_parser.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "language/parser.h"

namespace spillway::language {
namespace {

constexpr int deepest_nesting =
    200;  // parentheses and nots; keeps the recursion off the stack's end
constexpr std::array<std::string_view, 6> orders{"<", "<=", "=", "!=", ">=", ">"};

class ConditionParser {
  public:
    explicit ConditionParser(Tokens& tokens) : tokens_(tokens) {}

    ConditionNode any();

  private:
    ConditionNode all();
    ConditionNode negated();
    ConditionNode nested(const Place& place);
    PredicateNode predicate();
    void comparison(PredicateNode& node);
    void campaign(PredicateNode& node);
    Operand set_operand();
    Operand phrase_operand();
    void amount(PredicateNode& node);
    NearNode near();
    std::optional<CountNode> count();
    Word order(std::string_view after, std::string_view example);

    Tokens& tokens_;
    int depth_ = 0;
};

template <typename Node, typename Read>
ConditionNode chain(Tokens& tokens, std::string_view joint, const Read& read) {
    ConditionNode first = read();
    if (!tokens.peek().word(joint)) return first;
    Node node;
    node.parts.push_back(std::move(first));
    while (tokens.take_word(joint)) {
        tokens.skip_line_ends();
        node.parts.push_back(read());
    }
    return {std::move(node)};
}

ConditionNode ConditionParser::any() {
    return chain<OrNode>(tokens_, "or", [&] { return all(); });
}

ConditionNode ConditionParser::all() {
    return chain<AndNode>(tokens_, "and", [&] { return negated(); });
}

ConditionNode ConditionParser::nested(const Place& place) {
    if (++depth_ > deepest_nesting) throw Mistake(place, "conditions are nested too deeply");
    ConditionNode node = any();
    --depth_;
    return node;
}

ConditionNode ConditionParser::negated() {
    const Place place = tokens_.peek().place;
    if (tokens_.take_word("not")) {
        tokens_.skip_line_ends();
        if (++depth_ > deepest_nesting) throw Mistake(place, "conditions are nested too deeply");
        NotNode node{std::make_unique<ConditionNode>(negated())};
        --depth_;
        return {std::move(node)};
    }
    if (!tokens_.peek().symbol("(")) return {predicate()};
    const Nested inside(tokens_);
    tokens_.next();
    ConditionNode node = nested(place);
    if (!tokens_.peek().symbol(")")) {
        throw Mistake(tokens_.peek().place, fmt::format("expected \")\", \"and\" or \"or\", got {}",
                                                        tokens_.peek().named()));
    }
    tokens_.next();
    return node;
}

PredicateNode ConditionParser::predicate() {
    PredicateNode node;
    if (tokens_.peek().word("any") || tokens_.peek().word("all")) {
        node.quantifier = tokens_.word("any or all");
    }
    if (tokens_.peek().word("folded")) node.folded = tokens_.word("folded");
    if (tokens_.peek().kind != TokenKind::word) {
        throw Mistake(tokens_.peek().place,
                      fmt::format("expected a condition, got {}", tokens_.peek().named()));
    }
    node.subject = tokens_.word("a condition");
    const std::string& subject = node.subject.text;
    constexpr std::array<std::string_view, 6> alone{"auth",       "tls",       "misleading-from",
                                                    "unreadable", "encrypted", "truncated"};
    if (std::ranges::find(alone, subject) != alone.end()) return node;
    if (subject == "tag" || subject == "window") {
        node.name = tokens_.word(fmt::format("the {}'s name", subject));
        return node;
    }
    if (subject == "campaign") {
        campaign(node);
        return node;
    }
    if (std::ranges::find(field_words, subject) == std::end(field_words)) {
        std::vector<std::string_view> known{"not", "any", "all", "folded"};
        known.insert(known.end(), std::begin(condition_words), std::end(condition_words));
        known.insert(known.end(), std::begin(field_words), std::end(field_words));
        throw Mistake(node.subject.place, fmt::format("unknown condition \"{}\"{}", subject,
                                                      suggestion(subject, known)));
    }
    if (subject == "header") node.name = tokens_.word("the header field's name");
    comparison(node);
    return node;
}

void ConditionParser::comparison(PredicateNode& node) {
    const Token op = tokens_.peek();
    node.op = Word{op.text, op.place};
    const bool is_order =
        op.kind == TokenKind::symbol && std::ranges::find(orders, op.text) != orders.end();
    if (op.symbol("=~")) {
        tokens_.next();
        node.operand = tokens_.regex();
        if (tokens_.take_word("valid")) node.valid = tokens_.word("what it must be");
        amount(node);
    } else if (is_order) {
        tokens_.next();
        node.operand = tokens_.word("a value");
    } else if (node.subject.text == "rcpt" && !node.quantifier && tokens_.take_word("suppressed")) {
        return;  // it stands in node.op
    } else if (tokens_.take_word("in")) {
        node.operand = set_operand();
    } else if (tokens_.take_word("has")) {
        node.operand = phrase_operand();
        amount(node);
    } else if (!tokens_.take_word("exists")) {
        throw Mistake(
            op.place,
            fmt::format(
                "expected \"in\", \"has\", \"exists\", \"=~\" or a comparison "
                "after \"{}\", got {}{}",
                node.subject.text, op.named(),
                op.kind == TokenKind::word ? suggestion(op.text, {"in", "has", "exists"}) : ""));
    }
}

Operand ConditionParser::set_operand() {
    if (tokens_.peek().symbol("[")) return ListNode{tokens_.list()};
    const bool quoted = tokens_.peek().kind == TokenKind::string;
    Word word = tokens_.word("a map or a list");
    if (quoted) return ListNode{{std::move(word)}};
    if (!tokens_.take_symbol("[")) return word;
    PairsNode node{std::move(word), tokens_.word("user, domain or account")};
    if (tokens_.take_word("as"))
        node.acting_for = tokens_.word("a map of pairs that says for whom this one may send");
    tokens_.symbol("]");
    return node;
}

Operand ConditionParser::phrase_operand() {
    if (tokens_.peek().symbol("[")) return ListNode{tokens_.list()};
    return tokens_.word("a phrase, a list of phrases or the name of words");
}

void ConditionParser::amount(PredicateNode& node) {
    if (tokens_.take_word("within")) node.near = near();
    node.count = count();
}

NearNode ConditionParser::near() {
    NearNode node;
    node.number = tokens_.word("a number of words");
    for (const std::string_view word : {"words", "of"}) {
        if (!tokens_.take_word(word)) {
            throw Mistake(tokens_.peek().place,
                          fmt::format("expected \"within {} words of\" and what is near, got {}",
                                      node.number.text, tokens_.peek().named()));
        }
    }
    if (tokens_.at_regex()) {
        node.other = tokens_.regex();
    } else {
        node.other = tokens_.word("a phrase, an expression or the name of words");
    }
    return node;
}

std::optional<CountNode> ConditionParser::count() {
    for (const std::string_view measure : {"count", "distinct", "weight"}) {
        if (!tokens_.peek().word(measure)) continue;
        CountNode node;
        node.measure = tokens_.word("a measure");
        node.order = order(measure, ">= 2");
        node.number = tokens_.word("a number");
        return node;
    }
    return std::nullopt;
}

Word ConditionParser::order(std::string_view after, std::string_view example) {
    const Token token = tokens_.peek();
    if (token.kind != TokenKind::symbol || std::ranges::find(orders, token.text) == orders.end()) {
        throw Mistake(token.place,
                      fmt::format("expected a comparison such as \"{}\" after \"{}\", got {}",
                                  example, after, token.named()));
    }
    tokens_.next();
    return {token.text, token.place};
}

// Of how many recipients within which time: without the time the number says nothing.
void ConditionParser::campaign(PredicateNode& node) {
    node.op = order("campaign", "> 200 in 24h");
    node.operand = tokens_.word("a number");
    if (!tokens_.take_word("in")) {
        throw Mistake(
            tokens_.peek().place,
            fmt::format("expected \"in\" and a time such as 24h, got {}", tokens_.peek().named()));
    }
    node.span = tokens_.word("a time such as 24h");
}

}  // namespace

ConditionNode parse_condition(Tokens& tokens) {
    tokens.skip_line_ends();
    return ConditionParser(tokens).any();
}

}  // namespace spillway::language
