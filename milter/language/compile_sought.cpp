#include "language/compile_sought.h"

#include <fmt/format.h>

#include "language/arguments.h"
#include "language/compile_condition.h"
#include "language/values.h"
#include "match/folding.h"
#include "policy/variants.h"

namespace spillway::language {
namespace {

constexpr std::int64_t farthest_words = 1000;

std::vector<std::string_view> validator_words() {
    std::vector<std::string_view> words{"luhn"};
    words.insert(words.end(), std::begin(match::identifier_names),
                 std::end(match::identifier_names));
    return words;
}

match::Identifier validator_of(const Word& name) {
    if (const auto identifier = match::identifier_of(name.text)) return *identifier;
    throw Mistake(name.place, fmt::format("nothing is known of \"{}\" that could be valid{}",
                                          name.text, suggestion(name.text, validator_words())));
}

bool is_name(const Operand& operand) {
    const auto* word = std::get_if<Word>(&operand);
    return word != nullptr && !word->quoted;
}

// A thing to look for, and what logs call it.
struct Named {
    match::What what;
    std::string name;
};

std::string as_in_text(const std::string& phrase, bool folded) {
    return folded ? match::folded_text(phrase) : phrase;
}

std::shared_ptr<const match::WordList> folded_list(const Word& name, NamedWords& words) {
    if (words.folded) return words.folded;
    auto list = std::make_shared<match::WordList>();
    for (const match::WordEntry& entry : words.entries) {
        const auto added = list->add({match::folded_text(entry.phrase), entry.weight});
        if (!added) {
            throw Mistake(name.place, fmt::format("\"{}\" of {}, folded: {}", entry.phrase,
                                                  name.text, added.error()));
        }
    }
    return words.folded = std::move(list);
}

Named named(const Word& word, Names& names, bool folded) {
    if (word.quoted) return {match::Expression{phrase_of(word, folded), {}}, "phrase"};
    if (const auto identifier = match::identifier_of(word.text)) {
        return {*identifier, std::string(match::name_of(*identifier))};
    }
    NamedWords& words = names.list_of_words(word);
    return {folded ? folded_list(word, words) : words.list, word.text};
}

Named named(const ListNode& list, Names& names, bool folded) {
    auto words = std::make_shared<match::WordList>();
    for (const Word& entry : list.entries) {
        phrase_of(entry, names, folded);  // for its mistakes
        const auto added = words->add({as_in_text(entry.text, folded)});
        if (!added) throw Mistake(entry.place, added.error());
    }
    return {std::shared_ptr<const match::WordList>(std::move(words)), "phrase"};
}

Named named(const Operand& operand, const std::optional<Word>& valid, Names& names, bool folded) {
    return std::visit(
        Overloaded{
            [&](const Word& word) { return named(word, names, folded); },
            [&](const ListNode& list) { return named(list, names, folded); },
            [&](const Regex& regex) {
                match::Expression expression{pattern_of(regex), {}};
                std::string name = "expression";
                if (valid) {
                    expression.valid = validator_of(*valid);
                    name = match::name_of(*expression.valid);
                }
                return Named{std::move(expression), std::move(name)};
            },
            [](const auto&) -> Named { throw Mistake({}, "expected what is looked for"); },
        },
        operand);
}

std::int64_t words_apart(const Word& number) {
    const auto words = Arguments::value_of(number, parse_number(number.text));
    if (words >= 1 && words <= farthest_words) return words;
    throw Mistake(number.place,
                  fmt::format("expected 1 to {} words, got {}", farthest_words, number.text));
}

match::Measure measure_of(const Word& word, const match::What& what) {
    if (word.text == "distinct") return match::Measure::distinct;
    if (word.text == "count") return match::Measure::count;
    if (std::holds_alternative<std::shared_ptr<const match::WordList>>(what)) {
        return match::Measure::weight;
    }
    throw Mistake(word.place, "only the entries of a list of words have a weight");
}

}  // namespace

match::Pattern pattern_of(const Regex& regex) {
    auto pattern = match::Pattern::compile(regex.expression, regex.flags);
    if (pattern) return *std::move(pattern);
    Place place = regex.place;
    place.column += 1 + static_cast<int>(pattern.error().offset);
    throw Mistake(place, "regular expression: " + pattern.error().message);
}

match::Pattern phrase_of(const Word& phrase, bool folded) {
    if (phrase.text.find_first_not_of(" \t\n") == std::string::npos) {
        throw Mistake(phrase.place, "an empty phrase");
    }
    return match::Pattern::phrase(as_in_text(phrase.text, folded));
}

match::Pattern phrase_of(const Word& entry, const Names& names, bool folded) {
    const bool a_name = names.has_words(entry.text) || match::identifier_of(entry.text).has_value();
    if (a_name && !entry.quoted) {
        throw Mistake(entry.place, fmt::format("\"{}\" is the name of words or numbers, which "
                                               "stands by itself; a phrase stands in quotes",
                                               entry.text));
    }
    return phrase_of(entry, folded);
}

bool is_sought(const PredicateNode& node) {
    const auto* list = std::get_if<ListNode>(&node.operand);
    const bool counts_list = list && list->entries.size() > 1 && node.count;
    return node.valid || node.near || is_name(node.operand) || counts_list ||
           (node.count && node.count->measure.text != "count");
}

policy::Seeks seeks_of(const PredicateNode& node, Names& names) {
    const bool folded = node.folded.has_value();
    Named one = named(node.operand, node.valid, names, folded);
    policy::Seeks seeks{{std::move(one.what), {}, match::Measure::count}, std::move(one.name)};
    if (node.near) {
        Named other = named(node.near->other, {}, names, folded);
        seeks.sought.near = match::Near{std::move(other.what), words_apart(node.near->number)};
    }
    if (node.count) {
        seeks.sought.measure = measure_of(node.count->measure, seeks.sought.what);
        seeks.order = order_of(node.count->order);
        seeks.amount =
            Arguments::value_of(node.count->number, parse_number(node.count->number.text));
    }
    return seeks;
}

}  // namespace spillway::language
